package kz.qaqpa.engine.trt.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;

/**
 * What a step computed, sorted. The network gives the best tokens of each row in no order; here
 * they get one, the logit falling, of equal logits the lower id first. Confined to the engine's
 * thread.
 */
public final class Results implements StepResult {
  private final int vocabulary;
  private final int width;
  private final int[] counts;
  private final int[] ids;
  private final float[] values;
  private final float[] logSumExp;
  private final int[] fullIndex;
  private final long[] keys;
  private final MemorySegment full;
  private int rows;

  /**
   * @param full pinned, room for all logits of as many rows as a plan can have
   */
  public Results(int vocabulary, int width, int maxRows, MemorySegment full) {
    this.vocabulary = vocabulary;
    this.width = width;
    this.counts = new int[maxRows];
    this.ids = new int[maxRows * width];
    this.values = new float[maxRows * width];
    this.logSumExp = new float[maxRows];
    this.fullIndex = new int[maxRows];
    this.keys = new long[width];
    this.full = full;
  }

  /** Candidates of each row. */
  public int width() {
    return width;
  }

  /**
   * Takes a step's results.
   *
   * @param block pinned, copied back from the device
   */
  public void take(StepPlan plan, StepRange range, OutputLayout layout, MemorySegment block) {
    rows = plan.rows();
    int fulls = 0;
    for (int row = 0; row < rows; row++) {
      LogitsMode mode = plan.logits(row);
      counts[row] = 0;
      logSumExp[row] = Float.NaN;
      fullIndex[row] = mode == LogitsMode.FULL ? fulls++ : -1;
      if (mode != LogitsMode.NONE) {
        take(row, range.index(plan.slot(row)), layout, block);
      }
    }
  }

  private void take(int row, int source, OutputLayout layout, MemorySegment block) {
    for (int i = 0; i < width; i++) {
      long at = ((long) source * width + i) * Float.BYTES;
      int bits = Float.floatToIntBits(block.get(JAVA_FLOAT, layout.topLogits() + at) + 0f);
      int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
      int id = block.get(JAVA_INT, layout.topIds() + at);
      keys[i] = ((long) ordered << Integer.SIZE) | (~id & 0xFFFF_FFFFL);
    }
    Arrays.sort(keys);
    for (int rank = 0; rank < width; rank++) {
      long key = keys[width - 1 - rank];
      int ordered = (int) (key >> Integer.SIZE);
      ids[row * width + rank] = ~(int) key;
      values[row * width + rank] =
          Float.intBitsToFloat(ordered ^ ((ordered >> 31) & Integer.MAX_VALUE));
    }
    counts[row] = width;
    logSumExp[row] = block.get(JAVA_FLOAT, layout.logSumExp() + source * (long) Float.BYTES);
  }

  @Override
  public int candidates(int row) {
    return counts[Objects.checkIndex(row, rows)];
  }

  @Override
  public int candidateId(int row, int rank) {
    return ids[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public float candidateLogit(int row, int rank) {
    return values[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public float logSumExp(int row) {
    return logSumExp[Objects.checkIndex(row, rows)];
  }

  @Override
  public void logits(int row, float[] into) {
    int index = fullIndex[Objects.checkIndex(row, rows)];
    if (index < 0) {
      throw new IllegalStateException("logits of row " + row + ": the plan did not ask for all");
    }
    long at = (long) index * vocabulary * Float.BYTES;
    MemorySegment.copy(full, JAVA_FLOAT, at, into, 0, vocabulary);
  }
}
