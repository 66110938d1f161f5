package kz.qaqpa.batching.mark;

/**
 * Confined to its owner. Philox4x32 with ten rounds: a keyed bijection of 128-bit counters whose
 * outputs pass every known test of randomness (Salmon, Moraes, Dror, Shaw: "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011).
 *
 * <p>Maps one counter, or a run of counters whose first words follow each other: round by round, in
 * loops that the JIT compiler turns into vector instructions. Results stand in fields, so that
 * nothing is allocated for them.
 */
final class Philox4x32 {
  /** Counters of a run. */
  static final int RUN = 32;

  private static final int ROUNDS = 10;
  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final long WORD = 0xFFFFFFFFL;

  int x0;
  int x1;
  int x2;
  int x3;

  final int[] run0 = new int[RUN];
  final int[] run1 = new int[RUN];
  final int[] run2 = new int[RUN];
  final int[] run3 = new int[RUN];

  /** Maps a counter of four words under a key of two, into {@code x0} to {@code x3}. */
  void map(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = M0 * (c0 & WORD);
      long product1 = M1 * (c2 & WORD);
      c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      c1 = (int) product1;
      c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c3 = (int) product0;
      k0 += W0;
      k1 += W1;
    }
    x0 = c0;
    x1 = c1;
    x2 = c2;
    x3 = c3;
  }

  /** Maps {@link #RUN} counters from this one on, into {@code run0} to {@code run3}. */
  void mapRun(int c0, int c1, int c2, int c3, int k0, int k1) {
    for (int i = 0; i < RUN; i++) {
      run0[i] = c0 + i;
      run1[i] = c1;
      run2[i] = c2;
      run3[i] = c3;
    }
    for (int round = 0; round < ROUNDS; round++) {
      round(run0, run1, run2, run3, k0, k1);
      k0 += W0;
      k1 += W1;
    }
  }

  private static void round(int[] c0, int[] c1, int[] c2, int[] c3, int k0, int k1) {
    for (int i = 0; i < RUN; i++) {
      long product0 = M0 * (c0[i] & WORD);
      long product1 = M1 * (c2[i] & WORD);
      c0[i] = (int) (product1 >>> 32) ^ c1[i] ^ k0;
      c1[i] = (int) product1;
      c2[i] = (int) (product0 >>> 32) ^ c3[i] ^ k1;
      c3[i] = (int) product0;
    }
  }

  /** The next counter of the run with a word whose first 24 bits reach {@code lowest}, or RUN. */
  int nextHigh(int from, int lowest) {
    int i = from;
    while (i < RUN
        && run0[i] >>> 8 < lowest
        && run1[i] >>> 8 < lowest
        && run2[i] >>> 8 < lowest
        && run3[i] >>> 8 < lowest) {
      i++;
    }
    return i;
  }
}
