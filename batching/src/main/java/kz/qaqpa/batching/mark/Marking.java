package kz.qaqpa.batching.mark;

import java.util.Arrays;

/**
 * Handed from thread to thread with its sequence, never shared. Where the watermark of an answer
 * stands: a function of the answer so far and of nothing else, so that it does not matter how often
 * a token was computed, or what else was in the batch.
 */
public final class Marking {
  private final long key;
  private final boolean compatible;
  private final SeenContexts seen;
  private final int[] last = new int[GumbelMark.CONTEXT];
  private boolean marksNext;

  Marking(long key, boolean compatible, int expectedTokens) {
    this.key = key;
    this.compatible = compatible;
    this.seen = new SeenContexts(compatible ? 0 : expectedTokens);
    Arrays.fill(last, GumbelMark.PADDING);
    this.marksNext = compatible;
  }

  /**
   * A token was added.
   *
   * @param output the tokens of the answer; the same ones as before, and one more
   * @param length how many they are
   */
  public void append(int[] output, int length) {
    System.arraycopy(last, 1, last, 0, last.length - 1);
    last[last.length - 1] = output[length - 1];
    if (!compatible) {
      marksNext = length >= GumbelMark.CONTEXT && seen.add(output, length);
    }
  }

  /** Whether the next token is drawn by the watermark's key, not by the request's seed. */
  public boolean marksNext() {
    return marksNext;
  }

  /** Sets the noise of the next token. */
  public void set(GumbelMark noise) {
    noise.at(key, last[0], last[1], last[2], last[3]);
  }
}
