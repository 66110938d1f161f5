package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/**
 * Which pairs of tokens merge, in which order, into what. A merge's rank is its place in the file.
 *
 * <p>Open addressing with linear probing over ranks of four bytes: most pairs that are asked for do
 * not merge, and for those one look at an array that is mostly free says so.
 *
 * <p>Immutable once it is shared.
 */
public final class MergeTable {
  /** What {@link #find} answers for a pair that does not merge; higher than any rank. */
  static final int NONE = Integer.MAX_VALUE;

  private static final int FREE = -1;

  private final int[] rankByHash;
  private final int shift;

  /** By rank: left in the upper, right in the lower 32 bits. */
  private final long[] pairs;

  private final int[] merged;

  /**
   * Makes the table.
   *
   * @param merges per rank three ids: left, right, merged; of pairs named twice the last one counts
   */
  public MergeTable(int[] merges) {
    int count = merges.length / 3;
    pairs = new long[count];
    merged = new int[count];
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(3 * count, 1));
    shift = Long.SIZE - bits;
    rankByHash = new int[1 << bits];
    Arrays.fill(rankByHash, FREE);
    for (int rank = 0; rank < count; rank++) {
      pairs[rank] = pair(merges[3 * rank], merges[3 * rank + 1]);
      merged[rank] = merges[3 * rank + 2];
      put(rank);
    }
  }

  /** The number of ranks. */
  int size() {
    return pairs.length;
  }

  /** The rank of the merge of two tokens, or {@link #NONE}. */
  int find(int left, int right) {
    long pair = pair(left, right);
    for (int at = place(pair); ; at = (at + 1) & (rankByHash.length - 1)) {
      int rank = rankByHash[at];
      if (rank == FREE) {
        return NONE;
      }
      if (pairs[rank] == pair) {
        return rank;
      }
    }
  }

  /** What the merge of a rank makes. */
  int merged(int rank) {
    return merged[rank];
  }

  /** The left part of the merge of a rank. */
  int left(int rank) {
    return (int) (pairs[rank] >>> 32);
  }

  /** The right part of the merge of a rank. */
  int right(int rank) {
    return (int) pairs[rank];
  }

  private void put(int rank) {
    int at = place(pairs[rank]);
    while (rankByHash[at] != FREE && pairs[rankByHash[at]] != pairs[rank]) {
      at = (at + 1) & (rankByHash.length - 1);
    }
    rankByHash[at] = rank;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /** Fibonacci hashing: the upper bits of a product with the golden ratio. */
  private int place(long pair) {
    return (int) ((pair * 0x9E3779B97F4A7C15L) >>> shift);
  }
}
