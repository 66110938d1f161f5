package kz.qaqpa.engine.trt.step;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import kz.qaqpa.engine.StepPlan;

/** Writes a plan into the block of inputs. Functions only. */
public final class StepInputs {
  private StepInputs() {}

  /**
   * Writes all inputs.
   *
   * @param block pinned, at least the layout's bytes long
   */
  public static void write(
      StepPlan plan, StepRange range, InputLayout layout, MemorySegment block) {
    int token = 0;
    for (int i = 0; i < range.rows(); i++) {
      set(block, layout.queryLengths(), i, token);
      int row = range.row(i);
      token =
          row == StepRange.NO_ROW
              ? dummy(plan.slotLength(range.first() + i), i, token, layout, block)
              : row(plan, row, i, token, layout, block);
    }
    set(block, layout.queryLengths(), range.rows(), token);
  }

  private static int row(
      StepPlan plan, int row, int index, int token, InputLayout layout, MemorySegment block) {
    int kvLength = plan.kvLength(row);
    int count = plan.queryLength(row);
    for (int j = 0; j < count; j++) {
      set(block, layout.ids(), token + j, plan.token(plan.offset(row) + j));
      block.set(JAVA_LONG, layout.positions() + (token + j) * (long) Long.BYTES, kvLength + j);
    }
    set(block, layout.kvLengths(), index, kvLength + count);
    set(block, layout.write(), index, kvLength);
    set(block, layout.last(), index, token + count - 1);
    return token + count;
  }

  /** One key is enough to attend to: what the row computes is not looked at. */
  private static int dummy(
      int slotLength, int index, int token, InputLayout layout, MemorySegment block) {
    set(block, layout.ids(), token, 0);
    block.set(JAVA_LONG, layout.positions() + token * (long) Long.BYTES, 0);
    set(block, layout.kvLengths(), index, 1);
    set(block, layout.write(), index, slotLength);
    set(block, layout.last(), index, token);
    return token + 1;
  }

  private static void set(MemorySegment block, long offset, int index, int value) {
    block.set(JAVA_INT, offset + index * (long) Integer.BYTES, value);
  }
}
