package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/**
 * The lowest ranks at which tokens merge with others beside them, and the merging of pieces of
 * words that those allow; see {@link FirstSymbols}. Used once, where a model is made.
 */
final class EdgeRanks {
  private static final int MAX_PASSES = 16;

  private final MergeTable merges;

  /** By token: the lowest rank of a merge whose left part it is. */
  private final int[] asLeft;

  /** By token: the lowest rank of a merge with what ends in a byte of 0x80 to 0xBF before it. */
  private final int[] asRight;

  EdgeRanks(MergeTable merges, int[] idOfByte) {
    this.merges = merges;
    int highest = Arrays.stream(idOfByte).max().orElse(0);
    for (int rank = 0; rank < merges.size(); rank++) {
      highest = Math.max(highest, Math.max(merges.left(rank), merges.right(rank)));
      highest = Math.max(highest, merges.merged(rank));
    }
    asLeft = new int[highest + 1];
    asRight = new int[highest + 1];
    Arrays.fill(asLeft, MergeTable.NONE);
    Arrays.fill(asRight, MergeTable.NONE);
    boolean[] endsCharacter = endsCharacter(idOfByte, highest);
    for (int rank = merges.size() - 1; rank >= 0; rank--) {
      asLeft[merges.left(rank)] = rank;
      if (endsCharacter[merges.left(rank)]) {
        asRight[merges.right(rank)] = rank;
      }
    }
  }

  /** By token: whether it may end in a byte that is not the first of its character. */
  private boolean[] endsCharacter(int[] idOfByte, int highest) {
    boolean[] ends = new boolean[highest + 1];
    for (int b = 0x80; b < 0xC0; b++) {
      ends[idOfByte[b]] = true;
    }
    // Another pass only if a token is used at a lower rank than it is made.
    for (int pass = 0; pass < MAX_PASSES; pass++) {
      boolean changed = false;
      for (int rank = 0; rank < merges.size(); rank++) {
        if (ends[merges.right(rank)] && !ends[merges.merged(rank)]) {
          ends[merges.merged(rank)] = true;
          changed = true;
        }
      }
      if (!changed) {
        return ends;
      }
    }
    Arrays.fill(ends, true); // May be: then less is certain.
    return ends;
  }

  /**
   * Merges a piece of a word as far as nothing outside of it can come in between.
   *
   * @param first whether the word begins with it; else a character of several bytes is before it
   * @param symbols its bytes
   * @return what is left, the symbols themselves if nothing is certain
   */
  int[] merge(boolean first, int... symbols) {
    int[] ids = symbols.clone();
    int[] certain = symbols;
    int count = ids.length;
    int highest = -1;
    int limit = limit(first, ids, count);
    while (count > 1) {
      int best = lowest(ids, count);
      int rank = merges.find(ids[best], ids[best + 1]);
      if (rank == MergeTable.NONE) {
        break;
      }
      highest = Math.max(highest, rank);
      ids[best] = merges.merged(rank);
      count--;
      System.arraycopy(ids, best + 2, ids, best + 1, count - best - 1);
      limit = Math.min(limit, limit(first, ids, count));
      if (highest >= limit) {
        break;
      }
      if (highest < lowestRank(ids, count)) {
        certain = Arrays.copyOf(ids, count);
      }
    }
    return certain;
  }

  private int limit(boolean first, int[] ids, int count) {
    int right = asLeft[ids[count - 1]];
    return first ? right : Math.min(right, asRight[ids[0]]);
  }

  /** The place of the pair of the lowest rank, of equal ones the leftmost. */
  private int lowest(int[] ids, int count) {
    int best = 0;
    for (int i = 1; i + 1 < count; i++) {
      if (merges.find(ids[i], ids[i + 1]) < merges.find(ids[best], ids[best + 1])) {
        best = i;
      }
    }
    return best;
  }

  private int lowestRank(int[] ids, int count) {
    return count < 2
        ? MergeTable.NONE
        : merges.find(ids[lowest(ids, count)], ids[lowest(ids, count) + 1]);
  }
}
