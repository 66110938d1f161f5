package kz.qaqpa.tokenizer.bpe;

/**
 * The merges of one short word: a scan for the lowest rank again and again, without a branch, over
 * places that are never shifted.
 */
final class ShortWord {
  /** Up to here a scan beats a heap, and a word's places are the bits of a long. */
  static final int MAX_SYMBOLS = Long.SIZE;

  /** So many ranks fit into a key. */
  static final int MAX_MERGES = (1 << 25) - 1;

  private static final int PLACE_BITS = 6;
  private static final int NO_MERGE = Integer.MAX_VALUE;

  /** By place: the rank at which its token merges with the next one, and the place below. */
  private final int[] keys = new int[MAX_SYMBOLS];

  /** Merges {@code ids[0, length)} in place and returns how many are left. */
  int merge(MergeTable merges, int[] ids, int length) {
    int[] key = keys;
    for (int i = 0; i + 1 < length; i++) {
      key[i] = key(merges, ids[i], ids[i + 1], i);
    }
    int pairs = length - 1;
    long alive = -1L >>> (Long.SIZE - length);
    for (int best = lowest(key, pairs); best != NO_MERGE; best = lowest(key, pairs)) {
      int left = best & (MAX_SYMBOLS - 1);
      long behind = alive & (-2L << left);
      int right = Long.numberOfTrailingZeros(behind);
      int id = merges.merged(best >>> PLACE_BITS);
      ids[left] = id;
      key[right] = NO_MERGE;
      alive &= ~(1L << right);
      behind &= behind - 1;
      key[left] =
          behind == 0 ? NO_MERGE : key(merges, id, ids[Long.numberOfTrailingZeros(behind)], left);
      long before = alive & ((1L << left) - 1);
      if (before != 0) {
        int previous = Long.SIZE - 1 - Long.numberOfLeadingZeros(before);
        key[previous] = key(merges, ids[previous], id, previous);
      }
    }
    int count = 0;
    for (long rest = alive; rest != 0; rest &= rest - 1) {
      ids[count++] = ids[Long.numberOfTrailingZeros(rest)];
    }
    return count;
  }

  /** Of equal ranks the leftmost place has the lowest key. */
  private static int lowest(int[] keys, int pairs) {
    int lowest = NO_MERGE;
    for (int i = 0; i < pairs; i++) {
      lowest = Math.min(lowest, keys[i]);
    }
    return lowest;
  }

  private static int key(MergeTable merges, int left, int right, int place) {
    int rank = merges.find(left, right);
    return rank == MergeTable.NONE ? NO_MERGE : rank << PLACE_BITS | place;
  }
}
