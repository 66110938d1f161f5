package kz.qaqpa.batching.sample;

import java.util.Arrays;

/**
 * Handed from thread to thread with its sequence, never shared. How often each token id occurred in
 * a request: what the penalties need. An open-addressing map with linear probing.
 */
public final class TokenCounts {
  private static final int EMPTY = -1;

  private int[] ids;
  private int[] outputs; // occurrences in the output; 0 for a token of the prompt alone
  private int size;

  private TokenCounts(int expected) {
    int capacity = Integer.highestOneBit(Math.max(16, expected * 2)) * 2;
    this.ids = new int[capacity];
    this.outputs = new int[capacity];
    Arrays.fill(ids, EMPTY);
  }

  /** Counts for a request, holding its prompt if the repetition penalty looks at it. */
  public static TokenCounts of(SamplingParams params, int[] prompt) {
    boolean needsPrompt = params.repetitionPenalty() != 1;
    TokenCounts counts = new TokenCounts(needsPrompt ? Math.min(prompt.length, 4096) : 64);
    if (needsPrompt) {
      for (int id : prompt) {
        counts.add(id, 0);
      }
    }
    return counts;
  }

  /** Counts one more occurrence in the output. */
  public void addOutput(int id) {
    add(id, 1);
  }

  /** Number of different tokens. */
  public int distinct() {
    return size;
  }

  /**
   * Occurrences in the output, 0 for a token of the prompt alone, -1 for one that did not occur.
   */
  int outputs(int id) {
    int i = find(id);
    return ids[i] == EMPTY ? -1 : outputs[i];
  }

  /** Number of places to visit with {@link #idAt}. */
  int places() {
    return ids.length;
  }

  /** The token at a place, or -1. */
  int idAt(int place) {
    return ids[place];
  }

  /** The occurrences in the output of the token at a place. */
  int outputsAt(int place) {
    return outputs[place];
  }

  private void add(int id, int times) {
    int i = find(id);
    if (ids[i] == EMPTY) {
      if (2 * size >= ids.length) {
        grow();
        i = find(id);
      }
      ids[i] = id;
      outputs[i] = 0;
      size++;
    }
    outputs[i] += times;
  }

  private int find(int id) {
    int mask = ids.length - 1;
    int i = ((id * 0x9E3779B9) >>> 7) & mask;
    while (ids[i] != EMPTY && ids[i] != id) {
      i = (i + 1) & mask;
    }
    return i;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldOutputs = outputs;
    ids = new int[oldIds.length * 2];
    outputs = new int[oldIds.length * 2];
    Arrays.fill(ids, EMPTY);
    for (int i = 0; i < oldIds.length; i++) {
      if (oldIds[i] != EMPTY) {
        int place = find(oldIds[i]);
        ids[place] = oldIds[i];
        outputs[place] = oldOutputs[i];
      }
    }
  }
}
