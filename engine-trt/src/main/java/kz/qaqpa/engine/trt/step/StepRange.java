package kz.qaqpa.engine.trt.step;

import java.util.Arrays;
import kz.qaqpa.engine.StepPlan;

/**
 * A plan laid over a contiguous range of slots, which is what a network's batch is. A slot of the
 * range without a row takes part with a dummy token: its key and value go to the position behind
 * the slot's content, at most its spare one, and it attends to one position only.
 *
 * <p>Confined to the engine's thread; filled anew for each step.
 */
public final class StepRange {
  public static final int NO_ROW = -1;

  /** Up to so many rows, computing some for nothing costs less than not to be captured. */
  private static final int FEW = 8;

  private final Buckets buckets;
  private final int[] rowOfSlot;
  private boolean decode;
  private int first;
  private int rows;
  private int tokens;

  public StepRange(int slots, Buckets buckets) {
    this.buckets = buckets;
    this.rowOfSlot = new int[slots];
  }

  /**
   * Lays out a plan.
   *
   * <p>A step of single tokens runs captured over the slots from 0 on, unless that would be more
   * than twice the rows that are needed: then it runs as any other step, over its own range.
   */
  public void set(StepPlan plan) {
    Arrays.fill(rowOfSlot, NO_ROW);
    boolean single = true;
    int low = rowOfSlot.length;
    int high = -1;
    for (int row = 0; row < plan.rows(); row++) {
      int slot = plan.slot(row);
      rowOfSlot[slot] = row;
      low = Math.min(low, slot);
      high = Math.max(high, slot);
      single &= plan.queryLength(row) == 1;
    }
    int needed = high - low + 1;
    int bucket = buckets.of(high + 1);
    decode = single && (bucket <= FEW || bucket <= 2 * needed);
    first = decode ? 0 : low;
    rows = decode ? bucket : needed;
    tokens = plan.tokens() + rows - plan.rows();
  }

  /** Whether the step runs as the captured one of {@link #rows()} rows. */
  public boolean decode() {
    return decode;
  }

  /** First slot. */
  public int first() {
    return first;
  }

  /** Slots of the range. */
  public int rows() {
    return rows;
  }

  /** Tokens, dummies too. */
  public int tokens() {
    return tokens;
  }

  /** The plan's row for the i-th slot of the range, or {@link #NO_ROW}. */
  public int row(int index) {
    return rowOfSlot[first + index];
  }

  /** Where a slot's row is in the range. */
  public int index(int slot) {
    return slot - first;
  }
}
