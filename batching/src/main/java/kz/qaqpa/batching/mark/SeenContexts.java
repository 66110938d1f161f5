package kz.qaqpa.batching.mark;

import java.security.SecureRandom;

/**
 * Confined to its owner. Which contexts a growing row of tokens has had. Exact: places are found by
 * a hash, tokens decide. The hash is salted for each process, so that no text is slow to read by
 * design; the answers do not depend on it.
 */
public final class SeenContexts {
  private static final long SALT = new SecureRandom().nextLong();

  private int[] ends; // Open addressing; where a context ends, or 0 for a free place.
  private int size;

  /** Room for so many contexts before it has to grow. */
  public SeenContexts(int expected) {
    this.ends = new int[Integer.highestOneBit(2 * Math.max(8, expected) - 1) * 2];
  }

  /**
   * Notes the context before a place.
   *
   * @param tokens the same row at every call, as far as it was then
   * @param end the place, at least {@link GumbelMark#CONTEXT}: the context are the tokens just
   *     before it
   * @return whether it was not there yet
   */
  public boolean add(int[] tokens, int end) {
    if (2 * size >= ends.length) {
      grow(tokens);
    }
    int place = find(tokens, end);
    if (ends[place] != 0) {
      return false;
    }
    ends[place] = end;
    size++;
    return true;
  }

  private int find(int[] tokens, int end) {
    int mask = ends.length - 1;
    int place = hash(tokens, end) & mask;
    while (ends[place] != 0 && !isSame(tokens, ends[place], end)) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private static boolean isSame(int[] tokens, int end, int otherEnd) {
    for (int i = 1; i <= GumbelMark.CONTEXT; i++) {
      if (tokens[end - i] != tokens[otherEnd - i]) {
        return false;
      }
    }
    return true;
  }

  private static int hash(int[] tokens, int end) {
    long hash = SALT;
    for (int i = 1; i <= GumbelMark.CONTEXT; i += 2) {
      long pair = ((long) tokens[end - i] << 32) | (tokens[end - i - 1] & 0xFFFFFFFFL);
      hash = SplitMix.mix(hash ^ pair);
    }
    return (int) (hash >>> 32);
  }

  private void grow(int[] tokens) {
    int[] old = ends;
    ends = new int[2 * old.length];
    for (int end : old) {
      if (end != 0) {
        ends[find(tokens, end)] = end;
      }
    }
  }
}
