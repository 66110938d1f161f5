package kz.qaqpa.engine.synthetic;

import java.util.Arrays;
import java.util.Objects;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;

/**
 * Candidates that follow from a number: the words from a place on that the seed chooses, with
 * logits that are the same in every row. A row costs one number.
 */
final class SeededRows implements StepResult {
  private static final float BEST = 8;
  private static final float FALL = 0.25f; // From rank to rank: sampling takes one of a dozen.
  private static final float OTHERS = -16;
  private static final int NONE = -1;

  private final int[] words;
  private final long seed;
  private final int vocabulary;
  private final float logSumExp;
  private final int[] first; // [row] place among the words, or NONE
  private final boolean[] full; // [row]
  private int rows;

  SeededRows(EngineShape shape, int[] words, long seed) {
    this.words = words;
    this.seed = seed;
    this.vocabulary = shape.vocabulary();
    this.first = new int[shape.slots()];
    this.full = new boolean[shape.slots()];
    double sum = (vocabulary - CANDIDATES) * Math.exp(OTHERS);
    for (int rank = 0; rank < CANDIDATES; rank++) {
      sum += Math.exp(logit(rank));
    }
    this.logSumExp = (float) Math.log(sum);
  }

  void begin(int planRows) {
    rows = planRows;
    Arrays.fill(first, 0, planRows, NONE);
    Arrays.fill(full, 0, planRows, false);
  }

  /**
   * Chooses a row's candidates.
   *
   * @param token the row's last one
   * @param position of the token that follows it
   */
  void take(int row, int token, int position, LogitsMode mode) {
    long hash = mix(seed + mix(((long) position << Integer.SIZE) | token));
    first[row] = Math.floorMod(hash, words.length);
    full[row] = mode == LogitsMode.FULL;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static float logit(int rank) {
    return BEST - FALL * rank;
  }

  @Override
  public int candidates(int row) {
    return first[Objects.checkIndex(row, rows)] == NONE ? 0 : CANDIDATES;
  }

  @Override
  public int candidateId(int row, int rank) {
    return words[(first[row] + Objects.checkIndex(rank, candidates(row))) % words.length];
  }

  @Override
  public float candidateLogit(int row, int rank) {
    return logit(Objects.checkIndex(rank, candidates(row)));
  }

  @Override
  public float logSumExp(int row) {
    return candidates(row) == 0 ? Float.NaN : logSumExp;
  }

  @Override
  public void logits(int row, float[] into) {
    if (!full[Objects.checkIndex(row, rows)]) {
      throw new IllegalStateException("logits of row " + row + ": the plan did not ask for all");
    }
    Arrays.fill(into, 0, vocabulary, OTHERS);
    for (int rank = 0; rank < CANDIDATES; rank++) {
      into[candidateId(row, rank)] = logit(rank);
    }
  }
}
