package kz.qaqpa.batching.schedule;

import java.util.Arrays;
import java.util.Objects;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.host.SavedKv;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.queue.Ticket;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.sample.TokenCounts;
import kz.qaqpa.engine.LogitsMode;
import org.jspecify.annotations.Nullable;

/**
 * Built by a submitter, handed over once, then confined to the step loop. One request on its way:
 * its tokens, how many of them the engine has computed, and where.
 */
public final class Sequence {
  static final long NEVER = Long.MIN_VALUE;

  final GenerationRequest request;
  final TokenOutlet outlet;

  /** Its place in the queue, and whom its work is counted for. */
  final Ticket<Sequence> ticket;

  final long submittedNanos;

  /** Hashes of the prompt's whole blocks: work for the submitter, not for the step loop. */
  final long[] promptHashes;

  final @Nullable TokenCounts counts;
  final @Nullable Marking marking;

  /** The other choices of the same request, if there are any. */
  final @Nullable ChoiceGroup group;

  SequenceState state = SequenceState.WAITING;
  int slot = -1;

  /** Tokens whose KV is in the slot. */
  int computed;

  /** Prompt tokens that were found in the cache. */
  int cached;

  /** Prompt tokens that it had before it gave up a slot: counted and charged for once. */
  int reached;

  /** How often it gave up its slot. */
  int preemptions;

  /** Whether it has no slot because it gave it up. */
  boolean isPreempted;

  /** Its place in the {@link ParkedList}, while it is there. */
  int parkedAt;

  /** What it has in host blocks, from when it begins to give up its slot until it is back. */
  @Nullable SavedKv saved;

  /** Whether more of its prompt comes from host blocks in the next step. */
  boolean awaitsHost;

  /** Whether it got its slot by what its class is guaranteed: no higher class takes it away. */
  boolean isGuaranteed;

  /** Whether its outlet knows that it has left the queue. */
  private boolean hasLeftQueue;

  int[] output;
  int outputLength;
  long firstStepNanos = NEVER;

  /** Whether candidates once left a choice open: all logits are asked for from then on. */
  boolean wantsFullLogits;

  private TokenStream.@Nullable Prefill prefill;

  /** Since when the outlet has had no room, or {@link #NEVER}. */
  long stalledNanos = NEVER;

  /**
   * A sequence about to be submitted.
   *
   * @param block tokens of a block of the prefix cache
   */
  public Sequence(
      GenerationRequest request,
      TokenOutlet outlet,
      int block,
      BlockHash hash,
      long submittedNanos) {
    this(
        request,
        outlet,
        hash.chain(request.prefixSalt(), request.prompt(), block),
        submittedNanos,
        null);
  }

  Sequence(
      GenerationRequest request,
      TokenOutlet outlet,
      long[] promptHashes,
      long submittedNanos,
      @Nullable ChoiceGroup group) {
    this.request = request;
    this.outlet = outlet;
    this.submittedNanos = submittedNanos;
    this.promptHashes = promptHashes;
    this.ticket =
        new Ticket<>(
            this,
            request.agency(),
            request.priorityClass(),
            request.priority(),
            group != null,
            request.deadlineNanos());
    this.group = group;
    this.counts =
        Sampler.hasPenalties(request.sampling())
            ? TokenCounts.of(request.sampling(), request.prompt())
            : null;
    this.output = new int[Math.min(request.maxTokens(), 1024)];
    this.marking = Sampler.marking(request.sampling(), output.length);
  }

  /** The request. */
  public GenerationRequest request() {
    return request;
  }

  /** Where its tokens go. */
  public TokenOutlet outlet() {
    return outlet;
  }

  /** Where it stands. */
  public SequenceState state() {
    return state;
  }

  int promptLength() {
    return request.prompt().length;
  }

  /** Whether its first token is out, so that its prompt has been read, if not for itself. */
  boolean hasBegun() {
    return outputLength > 0;
  }

  /** Tokens whose KV it needs for its next one: all but the last one of its answer. */
  int wanted() {
    return Math.max(promptLength(), promptLength() + outputLength - 1);
  }

  /** The state of a sequence with a slot by what the slot holds. */
  SequenceState stateWithContent() {
    if (computed < promptLength()) {
      return SequenceState.PREFILL;
    }
    return computed < wanted() ? SequenceState.REPLAY : SequenceState.DECODE;
  }

  /** How many of some tokens of its prompt, from {@code start} on, it never had before. */
  int fresh(int start, int end) {
    return Math.max(0, Math.min(end, promptLength()) - Math.max(start, reached));
  }

  /** It leaves the queue, for a slot or for good, maybe not for the first time. */
  void leaveQueue() {
    if (!hasLeftQueue) {
      hasLeftQueue = true;
      outlet.leftQueue();
    }
  }

  /** What it needs to know of the logits. */
  LogitsMode logitsMode() {
    return wantsFullLogits ? LogitsMode.FULL : Sampler.logitsMode(request.sampling(), counts);
  }

  /** Steps that it may still live. */
  int remainingSteps() {
    return request.maxTokens() - outputLength;
  }

  void appendOutput(int token) {
    if (outputLength == output.length) {
      output = Arrays.copyOf(output, Math.min(request.maxTokens(), outputLength * 2));
    }
    output[outputLength++] = token;
    if (counts != null) {
      counts.addOutput(token);
    }
    if (marking != null) {
      marking.append(output, outputLength);
    }
  }

  boolean isStop(int token) {
    for (int stop : request.stopTokens()) {
      if (stop == token) {
        return true;
      }
    }
    return false;
  }

  boolean isExpired(long now) {
    return request.deadlineNanos() != Long.MAX_VALUE && now - request.deadlineNanos() >= 0;
  }

  /** The first token came at {@code now}. */
  void prefilled(long now) {
    read(new TokenStream.Prefill(cached, firstStepNanos - submittedNanos, now - firstStepNanos));
  }

  /** The prompt was read by the leader of the group. */
  void prefilledBy(Sequence leader) {
    wantsFullLogits = leader.wantsFullLogits;
    read(leader.prefill());
  }

  private void read(TokenStream.Prefill how) {
    prefill = how;
    outlet.prefilled(how);
  }

  /** How the prompt was read; only after the first token. */
  TokenStream.Prefill prefill() {
    return Objects.requireNonNull(prefill);
  }
}
