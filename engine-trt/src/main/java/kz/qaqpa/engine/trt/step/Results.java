package kz.qaqpa.engine.trt.step;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.RankedRows;
import kz.qaqpa.engine.StepPlan;

/**
 * What a step computed, sorted. The network gives the best tokens of each row in no order; here
 * they get one, the logit falling, of equal logits the lower id first. Confined to the engine's
 * thread.
 */
public final class Results extends RankedRows {
  private final int vocabulary;
  private final long[] keys;
  private final MemorySegment full;

  /**
   * @param full pinned, room for all logits of as many rows as a plan can have
   */
  public Results(int vocabulary, int width, int maxRows, MemorySegment full) {
    super(width, maxRows);
    this.vocabulary = vocabulary;
    this.keys = new long[width];
    this.full = full;
  }

  /**
   * Takes a step's results.
   *
   * @param block pinned, copied back from the device
   */
  public void take(StepPlan plan, StepRange range, OutputLayout layout, MemorySegment block) {
    int rows = plan.rows();
    begin(rows);
    for (int row = 0; row < rows; row++) {
      LogitsMode mode = plan.logits(row);
      if (mode == LogitsMode.FULL) {
        keep(row);
      }
      if (mode != LogitsMode.NONE) {
        take(row, range.index(plan.slot(row)), layout, block);
      }
    }
  }

  private void take(int row, int source, OutputLayout layout, MemorySegment block) {
    int width = width();
    for (int i = 0; i < width; i++) {
      long at = ((long) source * width + i) * Float.BYTES;
      keys[i] =
          key(
              block.get(JAVA_FLOAT, layout.topLogits() + at),
              block.get(JAVA_INT, layout.topIds() + at));
    }
    Arrays.sort(keys);
    for (int rank = 0; rank < width; rank++) {
      long key = keys[width - 1 - rank];
      put(row, rank, id(key), logit(key));
    }
    done(row, width, block.get(JAVA_FLOAT, layout.logSumExp() + source * (long) Float.BYTES));
  }

  @Override
  public void logits(int row, float[] into) {
    long at = (long) full(row) * vocabulary * Float.BYTES;
    MemorySegment.copy(full, JAVA_FLOAT, at, into, 0, vocabulary);
  }
}
