package kz.qaqpa.batching.schedule;

import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.kv.BlockHash;

/**
 * Built by a submitter, handed over with its sequences, then confined to the step loop. The choices
 * of one request: sequences of one prompt, which is computed once for all of them.
 *
 * <pre>
 * Leader      The first member that lives. It is scheduled like any sequence; the others keep their
 *             places in the queue behind it, and the slots that will be theirs are not given to who
 *             came later.
 * First       When the leader's prompt has been computed, every member samples its first token from
 * tokens      that one row of logits, by its own seed, slot or no slot.
 * Slots       Once the leader decodes, a member that gets a slot gets a copy of the prompt's KV with
 *             it, the last cell that is not whole included: bits of the same prefill.
 * Succession  Members get slots in order, so a leader is never behind another member. If it ends
 *             before its prompt was read, the next one reads it. If it ends later, and others still
 *             wait for slots, the next one reads the prompt again: whole cells are cached, the rest
 *             is computed on the grid; what it then decodes from is what it would have copied.
 * Preemption  A member that gave up its slot stands where it stood, so a leader is still before the
 *             others. It comes back by itself, not by a copy.
 * </pre>
 */
public final class ChoiceGroup {
  private final Sequence[] members; // in the order of the queue, which is that of the choices

  private ChoiceGroup(int choices) {
    this.members = new Sequence[choices];
  }

  /**
   * Sequences about to be submitted, one for each choice. All are enqueued with the first.
   *
   * @param outlets one for each choice
   * @param block tokens of a block of the prefix cache
   */
  public static List<Sequence> of(
      GenerationRequest request,
      List<? extends TokenOutlet> outlets,
      int block,
      BlockHash hash,
      long submittedNanos) {
    ChoiceGroup group = new ChoiceGroup(outlets.size());
    long[] promptHashes = hash.chain(request.prefixSalt(), request.prompt(), block);
    for (int i = 0; i < outlets.size(); i++) {
      group.members[i] =
          new Sequence(request.choice(i), outlets.get(i), promptHashes, submittedNanos, group);
    }
    return List.of(group.members);
  }

  /** Whom the prompt of a sequence is computed for: itself, if no member before it lives. */
  static Sequence leaderOf(Sequence sequence) {
    if (sequence.group == null) {
      return sequence;
    }
    for (Sequence member : sequence.group.members) {
      if (member.state != SequenceState.ENDED) {
        return member;
      }
    }
    return sequence;
  }

  /** Hands all members to {@code action}, in order. */
  void forEach(Consumer<Sequence> action) {
    for (Sequence member : members) {
      action.accept(member);
    }
  }

  /** Hands the members that wait to {@code action}, in order. */
  void forEachWaiting(Consumer<Sequence> action) {
    for (Sequence member : members) {
      if (member.state == SequenceState.WAITING) {
        action.accept(member);
      }
    }
  }
}
