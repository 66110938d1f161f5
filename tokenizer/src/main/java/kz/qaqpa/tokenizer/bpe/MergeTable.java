package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/**
 * Which pairs of tokens merge, in which order, into what: open addressing with linear probing, a
 * pair and its merge side by side in one cache line.
 *
 * <p>Immutable once it is shared.
 */
public final class MergeTable {
  /** What {@link #find} answers for a pair that does not merge; higher than any merge. */
  static final long NONE = Long.MAX_VALUE;

  private static final long FREE = -1;

  private final long[] pairsAndMerges;
  private final int mask;

  /**
   * Makes the table.
   *
   * @param merges per rank three ids: left, right, merged; of pairs named twice the last one counts
   */
  public MergeTable(int[] merges) {
    int count = merges.length / 3;
    int places = Integer.highestOneBit(Math.max(count + count / 2, 4)) << 1;
    mask = places - 1;
    pairsAndMerges = new long[2 * places];
    Arrays.fill(pairsAndMerges, FREE);
    for (int rank = 0; rank < count; rank++) {
      put(merges[3 * rank], merges[3 * rank + 1], merge(rank, merges[3 * rank + 2]));
    }
  }

  private static long merge(int rank, int merged) {
    return ((long) rank << 32) | merged;
  }

  /** The rank in the upper and the merged id in the lower 32 bits, or {@link #NONE}. */
  long find(int left, int right) {
    long pair = pair(left, right);
    for (int at = place(pair); ; at = (at + 1) & mask) {
      long found = pairsAndMerges[2 * at];
      if (found == pair) {
        return pairsAndMerges[2 * at + 1];
      }
      if (found == FREE) {
        return NONE;
      }
    }
  }

  private void put(int left, int right, long merge) {
    long pair = pair(left, right);
    int at = place(pair);
    while (pairsAndMerges[2 * at] != FREE && pairsAndMerges[2 * at] != pair) {
      at = (at + 1) & mask;
    }
    pairsAndMerges[2 * at] = pair;
    pairsAndMerges[2 * at + 1] = merge;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  private int place(long pair) {
    long h = pair * 0x9E3779B97F4A7C15L;
    return (int) ((h ^ (h >>> 32)) >>> 20) & mask;
  }
}
