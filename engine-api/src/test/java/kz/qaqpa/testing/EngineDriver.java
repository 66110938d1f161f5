package kz.qaqpa.testing;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;

/** Drives an engine by hand, and remembers how long each slot is. */
public final class EngineDriver {
  /** By slot: tokens that it holds. */
  public final int[] length;

  /** What is driven. */
  public final Engine engine;

  private final StepPlanBuilder plan;

  /** All slots empty. */
  public EngineDriver(Engine engine) {
    this.engine = engine;
    this.length = new int[engine.shape().slots()];
    this.plan = new StepPlanBuilder(engine.shape());
  }

  /** Begins a step. */
  public EngineDriver step() {
    plan.clear();
    for (int slot = 0; slot < length.length; slot++) {
      plan.slotLength(slot, length[slot]);
    }
    return this;
  }

  /** Adds a row that appends tokens to a slot. */
  public EngineDriver row(int slot, LogitsMode mode, int... tokens) {
    plan.row(slot, length[slot], mode);
    for (int token : tokens) {
      plan.token(token);
    }
    length[slot] += tokens.length;
    return this;
  }

  /** Runs the step. */
  public StepResult run() {
    return engine.execute(plan.plan());
  }

  /** Appends tokens to one slot in a step of its own; all logits behind the last. */
  public float[] append(int slot, int... tokens) {
    StepResult result = step().row(slot, LogitsMode.FULL, tokens).run();
    float[] logits = new float[engine.shape().vocabulary()];
    result.logits(0, logits);
    return logits;
  }

  /** Forgets a slot's content behind a length. */
  public void truncate(int slot, int tokens) {
    length[slot] = tokens;
  }

  /** Random tokens. */
  public static int[] tokens(RandomGenerator random, int count, int vocabulary) {
    int[] tokens = new int[count];
    Arrays.setAll(tokens, _ -> random.nextInt(vocabulary));
    return tokens;
  }
}
