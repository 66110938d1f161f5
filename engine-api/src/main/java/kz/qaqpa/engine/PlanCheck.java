package kz.qaqpa.engine;

import java.util.Arrays;

/**
 * Checks plans and ranges before an engine's kernels see them, which do not: a wrong position would
 * be written to. Confined to one thread.
 */
public final class PlanCheck {
  private final EngineShape shape;
  private final boolean[] taken;

  /** For plans of an engine of this shape. */
  public PlanCheck(EngineShape shape) {
    this.shape = shape;
    this.taken = new boolean[shape.slots()];
  }

  /**
   * Checks every field of a plan.
   *
   * @throws IllegalArgumentException naming the field, its value and what was expected
   */
  public void accept(StepPlan plan) {
    require(plan.rows() >= 1, "plan.rows", plan.rows(), ">= 1");
    requireEqual("plan.slots", plan.slots(), shape.slots());
    for (int slot = 0; slot < shape.slots(); slot++) {
      index("plan.slotLength", plan.slotLength(slot), shape.slotLength() + 1);
    }
    for (int i = 0; i < plan.tokens(); i++) {
      index("plan.token", plan.token(i), shape.vocabulary());
    }
    Arrays.fill(taken, false);
    for (int row = 0; row < plan.rows(); row++) {
      accept(plan, row);
    }
  }

  private void accept(StepPlan plan, int row) {
    int slot = plan.slot(row);
    int kvLength = plan.kvLength(row);
    index("plan.slot", slot, shape.slots());
    require(!taken[slot], "plan.slot", slot, "one row a slot");
    requireEqual("plan.kvLength", kvLength, plan.slotLength(slot));
    require(plan.queryLength(row) >= 1, "plan.queryLength", plan.queryLength(row), ">= 1");
    int end = kvLength + plan.queryLength(row);
    if (end > shape.slotLength()) {
      throw wrong("plan row's end", end, "<= " + shape.slotLength());
    }
    taken[slot] = true;
  }

  /** Checks the arguments of {@link Engine#copyKv}. */
  public void copy(int fromSlot, int toSlot, int tokens) {
    index("fromSlot", fromSlot, shape.slots());
    index("toSlot", toSlot, shape.slots());
    index("tokens", tokens, shape.slotLength() + 1);
  }

  /** Checks the arguments of {@link Engine#readKv} and {@link Engine#writeKv}. */
  public void range(int slot, int fromToken, int tokens) {
    index("slot", slot, shape.slots());
    index("fromToken", fromToken, shape.slotLength() + 1);
    index("tokens", tokens, shape.slotLength() - fromToken + 1);
  }

  private static void index(String name, int value, int bound) {
    if (value < 0 || value >= bound) {
      throw wrong(name, value, "0 to " + (bound - 1));
    }
  }

  private static void require(boolean holds, String name, int value, String expected) {
    if (!holds) {
      throw wrong(name, value, expected);
    }
  }

  /** What is expected is put into words here only: all of this is asked in each step. */
  private static void requireEqual(String name, int value, int expected) {
    if (value != expected) {
      throw wrong(name, value, String.valueOf(expected));
    }
  }

  private static IllegalArgumentException wrong(String name, int value, String expected) {
    return new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
  }
}
