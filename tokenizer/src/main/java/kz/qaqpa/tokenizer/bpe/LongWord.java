package kz.qaqpa.tokenizer.bpe;

/**
 * The merges of one long word: a linked list of tokens and a heap of the pairs that may merge, so
 * that a word of n bytes costs O(n log n). A word of 100 KB is rare but anyone may send it.
 */
final class LongWord {
  private static final int NO_TOKEN = -1;

  private final MergeTable merges;
  private final int[] ids;

  /** Positions of the neighbours; -1 before the first, the length after the last. */
  private final int[] previous;

  private final int[] next;
  private final PairHeap heap;

  private LongWord(MergeTable merges, int[] ids, int length) {
    this.merges = merges;
    this.ids = ids;
    previous = new int[length];
    next = new int[length];
    heap = new PairHeap(length);
    for (int i = 0; i < length; i++) {
      previous[i] = i - 1;
      next[i] = i + 1;
    }
  }

  /** Merges {@code ids[0, length)} in place and returns how many are left. */
  static int merge(MergeTable merges, int[] ids, int length) {
    LongWord word = new LongWord(merges, ids, length);
    word.mergeAll(length);
    int count = 0;
    for (int i = 0; i < length; i = word.next[i]) {
      ids[count++] = ids[i];
    }
    return count;
  }

  private void mergeAll(int length) {
    for (int i = 0; i + 1 < length; i++) {
      offer(i, length);
    }
    while (!heap.isEmpty()) {
      long top = heap.poll();
      int left = (int) top;
      int right = ids[left] == NO_TOKEN ? length : next[left];
      if (right >= length) {
        continue;
      }
      int rank = merges.find(ids[left], ids[right]);
      if (rank == MergeTable.NONE || rank != top >>> 32) {
        continue; // One of the two has merged elsewhere since.
      }
      ids[left] = merges.merged(rank);
      ids[right] = NO_TOKEN;
      int after = next[right];
      next[left] = after;
      if (after < length) {
        previous[after] = left;
      }
      if (previous[left] >= 0) {
        offer(previous[left], length);
      }
      offer(left, length);
    }
  }

  private void offer(int left, int length) {
    int right = next[left];
    if (right < length) {
      int rank = merges.find(ids[left], ids[right]);
      if (rank != MergeTable.NONE) {
        heap.add(((long) rank << 32) | left);
      }
    }
  }
}
