package kz.qaqpa.batching.schedule;

import java.util.Objects;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.KvSlots;
import kz.qaqpa.batching.kv.Placement;
import kz.qaqpa.batching.kv.PrefixCache;
import kz.qaqpa.batching.kv.host.HostBlockPool;
import kz.qaqpa.batching.kv.host.KvCosts;
import kz.qaqpa.batching.kv.host.SavedKv;
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
  private final HostTier host;
  private final int cell;
  private double wastedRows;
  private long kvTokens;

  Residency(
      EngineShape shape,
      BatchingSettings settings,
      BlockHash hash,
      Tally tally,
      KvCosts costs,
      int hostBlocks) {
    this.cell = shape.prefillChunk();
    this.slots = new KvSlots(shape.slots());
    this.cache =
        new PrefixCache(
            shape.slots(), shape.slotLength(), cell, hash, settings.reuseDecodedPrefixes());
    this.placement = new Placement(slots, cache);
    this.holder = new Sequence[shape.slots()];
    this.tally = tally;
    this.host =
        new HostTier(
            new HostBlockPool(hostBlocks, cell),
            cache,
            slots,
            costs,
            tally,
            settings.hostCache(),
            shape.slotLength() / cell);
  }

  /** The second tier. */
  HostTier host() {
    return host;
  }

  /** Number of free slots. */
  int free() {
    return slots.slots() - slots.held();
  }

  /** Number of the others. */
  int held() {
    return slots.held();
  }

  /** Cells of a prompt that may come from the cache: its last token is computed for its logits. */
  int reusableCells(Sequence s) {
    return (s.promptLength() - 1) / cell;
  }

  /** Finds the longest cached prefix of a prompt, in both tiers; returns its tokens. */
  int find(Sequence s) {
    return Math.max(findInSlots(s), host.find(s, reusableCells(s)) * cell);
  }

  private int findInSlots(Sequence s) {
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

  /**
   * Gives a slot to the sequence that was just looked up, with the prefix found, as far as it can
   * be moved in this step; returns tokens of the prompt that are new to it and were found.
   */
  int settle(PlannedStep step, Sequence s) {
    int slot = placement.choose(match, s.remainingSteps());
    host.use(s, reusableCells(s));
    host.save(step, slot);
    if (match.tokens() == 0) {
      cache.begin(slot, s.request.prefixSalt());
    } else if (match.slot() == slot) {
      cache.truncate(slot, match.tokens());
    } else {
      copy(step, match.slot(), slot, match.tokens());
    }
    hold(slot, s);
    return countFound(s, match.tokens()) + loadMore(step, s);
  }

  /**
   * Gives a slot to another choice of a request, with a copy of what was computed of its prompt.
   */
  void fork(PlannedStep step, Sequence from, Sequence s) {
    int slot = placement.choose(NOTHING, s.remainingSteps());
    host.save(step, slot);
    copy(step, from.slot, slot, s.promptLength());
    hold(slot, s);
    s.computed = s.promptLength();
    countKv(s.computed);
  }

  /** Gives a slot to a sequence that has all it needs in host blocks, and begins to load them. */
  void settleSaved(PlannedStep step, Sequence s) {
    int slot = placement.choose(NOTHING, s.remainingSteps());
    host.save(step, slot);
    cache.begin(slot, s.request.prefixSalt());
    hold(slot, s);
    restore(step, s);
  }

  /** Loads what is missing of what a sequence saved; returns whether that is all of it. */
  boolean restore(PlannedStep step, Sequence s) {
    SavedKv saved = Objects.requireNonNull(s.saved);
    while (s.computed < saved.tokens() && host.takeMove()) {
      int b = s.computed / cell;
      int tokens = Math.min(cell, saved.tokens() - s.computed);
      step.moves().load(saved.block(b), s.slot, s.computed, tokens);
      book(s, tokens, b < saved.exactBlocks());
      tally.add(Item.RESTORED_TOKENS, tokens);
    }
    if (s.computed < saved.tokens()) {
      return false;
    }
    letGo(s);
    return true;
  }

  /** A sequence needs no host blocks any more. */
  void letGo(Sequence s) {
    if (s.saved != null) {
      s.saved.release(host.pool());
      s.saved = null;
    }
  }

  /** Whether what a sequence saved is all there; if not, it is let go. */
  boolean hasSaved(Sequence s) {
    if (s.saved != null && !s.saved.isWhole(host.pool())) {
      letGo(s);
    }
    return s.saved != null;
  }

  /** A sequence gives up its slot; its content stays behind as cache. */
  void vacate(Sequence s) {
    s.reached = Math.max(s.reached, Math.min(s.computed, s.promptLength()));
    release(s);
    s.slot = -1;
    s.computed = 0;
    s.awaitsHost = false;
  }

  private void hold(int slot, Sequence s) {
    slots.acquire(slot);
    holder[slot] = s;
    s.slot = slot;
    tally.set(Item.RUNNING, slots.held());
  }

  /**
   * Brings what was found of a prompt since its last chunk, in another slot or in host blocks;
   * returns tokens that are new to the sequence.
   */
  int catchUp(PlannedStep step, Sequence s) {
    int nextCell = s.computed / cell;
    int fresh = 0;
    if (nextCell < reusableCells(s)
        && cache.isPublished(s.promptHashes[nextCell])
        && findInSlots(s) > s.computed) {
      int more = match.tokens() - s.computed;
      copy(step, match.slot(), s.slot, match.tokens());
      fresh = countFound(s, more);
    }
    return fresh + loadMore(step, s);
  }

  private int loadMore(PlannedStep step, Sequence s) {
    int tokens = host.load(step, s, reusableCells(s));
    int fresh = countFound(s, tokens);
    tally.add(Item.HOST_CACHED_PROMPT_TOKENS, fresh);
    return fresh;
  }

  private int countFound(Sequence s, int tokens) {
    int fresh = s.fresh(s.computed, s.computed + tokens);
    s.computed += tokens;
    s.cached += fresh;
    tally.add(Item.CACHED_PROMPT_TOKENS, fresh);
    tally.add(Item.RESTORED_TOKENS, tokens - fresh);
    countKv(tokens);
    return fresh;
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
    host.save(step, to);
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
    step.moves().copy(from, to, tokens);
  }

  /** The engine has computed the sequence's next tokens. */
  void append(Sequence s, int tokens) {
    book(s, tokens, s.state == SequenceState.PREFILL);
  }

  /** The slot holds the next tokens, of the prompt and then of the answer. */
  private void book(Sequence s, int tokens, boolean prefill) {
    int ofPrompt = Math.clamp(s.promptLength() - s.computed, 0, tokens);
    if (ofPrompt > 0) {
      cache.append(s.slot, s.request.prompt(), s.computed, ofPrompt, prefill);
    }
    int ofOutput = tokens - ofPrompt;
    if (ofOutput > 0) {
      int from = s.computed + ofPrompt - s.promptLength();
      cache.append(s.slot, s.output, from, ofOutput, false);
    }
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

  /** What slots and host blocks hold is undefined. */
  void forgetAll() {
    for (int slot = 0; slot < slots.slots(); slot++) {
      cache.truncate(slot, 0);
    }
    host.pool().dropAll();
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
    String problem = cache.problem();
    return problem != null ? problem : host.pool().problem();
  }
}
