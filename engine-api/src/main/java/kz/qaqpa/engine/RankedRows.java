package kz.qaqpa.engine;

import java.util.Arrays;
import java.util.Objects;

/**
 * The candidates of a step's rows in arrays that are filled anew for each step; what engines have
 * in common, however they find them. Confined to the engine's thread.
 *
 * <p>Candidates are sorted as 64-bit {@link #key}s: in the high half the logit in a form that
 * orders as the number does, in the low half the complement of the id, so that of equal logits the
 * lower id is the greater key.
 */
public abstract class RankedRows implements StepResult {
  private static final int NONE = -1;

  private final int width;
  private final int[] counts;
  private final int[] ids;
  private final float[] logits;
  private final float[] logSumExp;
  private final int[] fullIndex;
  private int rows;
  private int fulls;

  /**
   * Room for a step.
   *
   * @param width most candidates of a row
   * @param maxRows most rows of a step
   */
  protected RankedRows(int width, int maxRows) {
    this.width = width;
    this.counts = new int[maxRows];
    this.ids = new int[maxRows * width];
    this.logits = new float[maxRows * width];
    this.logSumExp = new float[maxRows];
    this.fullIndex = new int[maxRows];
  }

  /** Most candidates of a row. */
  public final int width() {
    return width;
  }

  /** Begins a step in which no row has anything yet. */
  public final void begin(int planRows) {
    rows = planRows;
    fulls = 0;
    Arrays.fill(counts, 0, planRows, 0);
    Arrays.fill(fullIndex, 0, planRows, NONE);
    Arrays.fill(logSumExp, 0, planRows, Float.NaN);
  }

  /** The greater, the better the candidate. */
  protected static long key(float logit, int id) {
    int bits = Float.floatToIntBits(logit + 0f); // Of the two zeros there is one.
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return ((long) ordered << Integer.SIZE) | (~id & 0xFFFF_FFFFL);
  }

  /** The token id of a key. */
  protected static int id(long key) {
    return ~(int) key;
  }

  /** The logit of a key. */
  protected static float logit(long key) {
    int ordered = (int) (key >> Integer.SIZE);
    return Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
  }

  /** Sets the candidate of a rank. */
  protected final void put(int row, int rank, int id, float logit) {
    ids[row * width + rank] = id;
    logits[row * width + rank] = logit;
  }

  /** A row has this many candidates, all of them put. */
  protected final void done(int row, int count, float sum) {
    counts[row] = count;
    logSumExp[row] = sum;
  }

  /** All logits of a row are kept: returns their place among such rows of the step, from 0 on. */
  protected final int keep(int row) {
    fullIndex[row] = fulls;
    return fulls++;
  }

  /**
   * The place of a row whose logits are all kept.
   *
   * @throws IllegalStateException if they are not
   */
  protected final int full(int row) {
    int index = fullIndex[Objects.checkIndex(row, rows)];
    if (index < 0) {
      throw new IllegalStateException("logits of row " + row + ": the plan did not ask for all");
    }
    return index;
  }

  @Override
  public final int candidates(int row) {
    return counts[Objects.checkIndex(row, rows)];
  }

  @Override
  public final int candidateId(int row, int rank) {
    return ids[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public final float candidateLogit(int row, int rank) {
    return logits[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public final float logSumExp(int row) {
    return logSumExp[Objects.checkIndex(row, rows)];
  }
}
