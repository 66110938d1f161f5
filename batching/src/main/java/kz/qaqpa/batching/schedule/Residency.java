package kz.qaqpa.batching.schedule;

import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.KvSlots;
import kz.qaqpa.batching.kv.Placement;
import kz.qaqpa.batching.kv.PrefixCache;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineShape;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Which sequence lives in which slot, and what moves between slots: the
 * one place that acquires slots and gives them back.
 *
 * <p>Every change is booked at once and its KV copy is added to the step being planned, so that
 * later decisions of the same plan see it. Copies are made in the order of the decisions.
 */
final class Residency {
  private static final PrefixCache.Match NOTHING = new PrefixCache.Match();

  private final KvSlots slots;
  private final PrefixCache cache;
  private final Placement placement;
  private final PrefixCache.Match match = new PrefixCache.Match();
  private final @Nullable Sequence[] holder; // [slot]
  private final Tally tally;
  private final int cell;
  private double wastedRows;
  private long kvTokens;

  Residency(EngineShape shape, BatchingSettings settings, BlockHash hash, Tally tally) {
    this.cell = shape.prefillChunk();
    this.slots = new KvSlots(shape.slots());
    this.cache =
        new PrefixCache(
            shape.slots(), shape.slotLength(), cell, hash, settings.reuseDecodedPrefixes());
    this.placement = new Placement(slots, cache);
    this.holder = new Sequence[shape.slots()];
    this.tally = tally;
  }

  /** Number of free slots. */
  int free() {
    return slots.slots() - slots.held();
  }

  /** Cells of a prompt that may come from the cache: its last token is computed for its logits. */
  int reusableCells(Sequence s) {
    return (s.promptLength() - 1) / cell;
  }

  /** Finds the longest cached prefix of a prompt; returns its tokens. */
  int find(Sequence s) {
    cache.find(
        s.request.prefixSalt(), s.request.prompt(), s.promptHashes, reusableCells(s), slots, match);
    return match.tokens();
  }

  /**
   * Tokens of a prompt that probably lie in a slot. A few probes of the index and no comparison:
   * whoever publishes a block publishes all before it, so the longest prefix is found by halving.
   */
  int likelyCached(Sequence s) {
    int low = 0;
    int high = reusableCells(s);
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (cache.isPublished(s.promptHashes[middle - 1])) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low * cell;
  }

  /** Gives a slot to the sequence that was just looked up, with the prefix found. */
  void settle(PlannedStep step, Sequence s) {
    int slot = placement.choose(match, s.remainingSteps());
    if (match.tokens() == 0) {
      cache.begin(slot, s.request.prefixSalt());
    } else if (match.slot() == slot) {
      cache.truncate(slot, match.tokens());
    } else {
      copy(step, match.slot(), slot, match.tokens());
    }
    hold(slot, s);
    countCached(s, match.tokens());
  }

  /**
   * Gives a slot to another choice of a request, with a copy of what was computed of its prompt.
   */
  void fork(PlannedStep step, Sequence from, Sequence s) {
    int slot = placement.choose(NOTHING, s.remainingSteps());
    copy(step, from.slot, slot, s.promptLength());
    hold(slot, s);
    s.computed = s.promptLength();
    countKv(s.computed);
  }

  private void hold(int slot, Sequence s) {
    slots.acquire(slot);
    holder[slot] = s;
    s.slot = slot;
    tally.set(Item.RUNNING, slots.held());
  }

  /** Copies what another slot has computed of a prompt since its last chunk; returns its tokens. */
  int catchUp(PlannedStep step, Sequence s) {
    int nextCell = s.computed / cell;
    if (nextCell < reusableCells(s)
        && cache.isPublished(s.promptHashes[nextCell])
        && find(s) > s.computed) {
      int more = match.tokens() - s.computed;
      copy(step, match.slot(), s.slot, match.tokens());
      countCached(s, more);
      return more;
    }
    return 0;
  }

  private void countCached(Sequence s, int tokens) {
    s.computed += tokens;
    s.cached += tokens;
    tally.add(Item.CACHED_PROMPT_TOKENS, tokens);
    countKv(tokens);
  }

  /** Closes holes that have cost as much as closing them does. */
  void compact(PlannedStep step) {
    int holes = slots.holes();
    wastedRows = holes == 0 ? 0 : wastedRows + holes;
    while (slots.holes() > 0) {
      int from = slots.highestHeld();
      int to = placement.cheapestHole();
      double cost = placement.moveCost(from, to);
      if (cost > wastedRows) {
        return;
      }
      wastedRows -= cost;
      move(step, from, to);
    }
  }

  private void move(PlannedStep step, int from, int to) {
    Sequence s = holder[from];
    if (s == null) {
      throw new IllegalStateException("slot " + from + ": no holder");
    }
    copy(step, from, to, cache.length(from));
    cache.truncate(from, 0);
    holder[from] = null;
    holder[to] = s;
    slots.release(from);
    slots.acquire(to);
    s.slot = to;
  }

  private void copy(PlannedStep step, int from, int to, int tokens) {
    cache.copy(from, to, tokens);
    step.copy(from, to, tokens);
  }

  /** The engine has computed the sequence's next tokens. */
  void append(Sequence s, int tokens) {
    boolean prefill = s.state == SequenceState.PREFILL;
    cache.append(
        s.slot,
        prefill ? s.request.prompt() : s.output,
        prefill ? s.computed : s.outputLength - 1,
        tokens,
        prefill);
    s.computed += tokens;
    countKv(tokens);
  }

  /** Takes the slot back; its content stays as cache, in whole blocks. */
  void release(Sequence s) {
    holder[s.slot] = null;
    slots.release(s.slot);
    cache.truncate(s.slot, cache.length(s.slot) / cell * cell);
    countKv(-s.computed);
    tally.set(Item.RUNNING, slots.held());
  }

  /** What the slot holds is undefined. */
  void forget(int slot) {
    cache.truncate(slot, 0);
  }

  /** Who holds a slot. */
  @Nullable Sequence holder(int slot) {
    return holder[slot];
  }

  /** Tells the engine how much every slot holds. */
  void describe(PlannedStep step) {
    for (int slot = 0; slot < slots.slots(); slot++) {
      step.slotLength(slot, cache.length(slot));
    }
  }

  private void countKv(int tokens) {
    kvTokens += tokens;
    tally.set(Item.KV_TOKENS, kvTokens);
  }

  /** What is wrong, or null: see {@link Scheduler#problem}. */
  @Nullable String problem() {
    long tokens = 0;
    int held = 0;
    for (int slot = 0; slot < holder.length; slot++) {
      Sequence s = holder[slot];
      if (s != null) {
        tokens += s.computed;
        held++;
        if (!slots.isHeld(slot) || s.slot != slot || cache.length(slot) != s.computed) {
          return "sequence " + s.request.id() + " does not fit slot " + slot;
        }
      }
    }
    if (slots.held() != held || tokens != kvTokens || slots.holes() + held > slots.slots()) {
      return slots.held() + " slots held by " + held + ", " + kvTokens + " tokens for " + tokens;
    }
    return cache.problem();
  }
}
