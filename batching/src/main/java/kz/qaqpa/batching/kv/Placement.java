package kz.qaqpa.batching.kv;

/**
 * Confined to the step loop. Which slot a new sequence gets, and what moving a sequence would cost.
 * Costs are counted in rows of decode: the work of one token of one sequence.
 *
 * <p>Three things cost. <em>Copying</em> KV: {@link #COPIED_TOKENS_PER_ROW} tokens for one row.
 * <em>Reach</em>: a slot beyond the range in use makes every coming step compute the holes below
 * it, or run once more for it, which costs {@link #MOST_REACH} rows at most; and that for as many
 * steps as the sequence may live but at most {@link #HORIZON}. <em>Eviction</em>: content that is
 * overwritten may have to be computed again; a token is worth {@link #REUSE} of a row when it was
 * just used, and half of that after as many acquisitions as there are slots, so that the least
 * recently used goes first.
 *
 * <p>What follows: a new sequence takes over the idle slot with its prefix where that lies low
 * enough, else the prefix is copied into a low slot; empty slots are filled before cached content
 * is evicted, unless they lie far out.
 */
public final class Placement {
  /**
   * An estimate on the safe side: a token's KV is a few KiB to copy, and a row of decode reads
   * every weight's share of a batch. Where copying is cheaper still, sequences move a little later.
   */
  static final int COPIED_TOKENS_PER_ROW = 64;

  /** Rows that another run of the engine costs: instead of computing more holes, it starts one. */
  static final int MOST_REACH = 4;

  /** Steps ahead that a hole is charged for: later ones the scheduler's compaction closes. */
  static final int HORIZON = 32;

  /** Chance that freshly cached content is asked for again; a quarter errs towards keeping it. */
  static final double REUSE = 0.25;

  private final KvSlots slots;
  private final PrefixCache cache;

  public Placement(KvSlots slots, PrefixCache cache) {
    this.slots = slots;
    this.cache = cache;
  }

  /**
   * The cheapest free slot for a new sequence.
   *
   * @param match the longest cached prefix; a free slot that holds it can be taken over
   * @param steps steps that the sequence may live
   * @return {@code -1} if no slot is free
   */
  public int choose(PrefixCache.Match match, int steps) {
    int best = -1;
    double bestCost = Double.POSITIVE_INFINITY;
    int horizon = Math.min(steps, HORIZON);
    int range = Math.max(slots.highestHeld(), slots.nextFree(0));
    for (int s = slots.nextFree(0); s < slots.slots(); s = slots.nextFree(s + 1)) {
      boolean takeOver = match.tokens() > 0 && s == match.slot();
      int kept = takeOver ? match.tokens() : 0;
      double cost =
          (double) Math.clamp(s - range, 0, MOST_REACH) * horizon
              + (takeOver ? 0 : copyCost(match.tokens()))
              + evictionCost(s, kept);
      if (cost < bestCost) {
        best = s;
        bestCost = cost;
      }
    }
    return best;
  }

  /** The hole whose content is worth least, the lowest of equals; only if there is a hole. */
  public int cheapestHole() {
    int best = slots.nextFree(0);
    for (int s = best; s < slots.highestHeld(); s = slots.nextFree(s + 1)) {
      if (evictionCost(s, 0) < evictionCost(best, 0)) {
        best = s;
      }
    }
    return best;
  }

  /** What it costs to move a slot's content into a free one. */
  public double moveCost(int from, int to) {
    return 1 + copyCost(cache.length(from)) + evictionCost(to, 0);
  }

  private static double copyCost(int tokens) {
    return (double) tokens / COPIED_TOKENS_PER_ROW;
  }

  private double evictionCost(int slot, int keptTokens) {
    double age = (double) slots.age(slot) / slots.slots();
    return (cache.length(slot) - keptTokens) * REUSE / (1 + age);
  }
}
