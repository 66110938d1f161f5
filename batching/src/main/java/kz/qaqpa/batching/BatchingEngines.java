package kz.qaqpa.batching;

import java.util.function.Supplier;
import kz.qaqpa.batching.loop.LoopEngine;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;

/** Starts {@link BatchingEngine}s. */
public final class BatchingEngines {
  private BatchingEngines() {}

  /**
   * Starts the step loop of an engine.
   *
   * @param engine used by the loop's thread alone from now on; closed with the result
   * @param modelName names the thread {@code step-loop-<modelName>} and log lines
   * @throws IllegalArgumentException if a step of the engine cannot carry one token for each slot
   *     beside one cell of its prefill grid
   */
  public static BatchingEngine start(Engine engine, String modelName, BatchingSettings settings) {
    return start(engine, modelName, settings, (rows, tokens, engineNanos) -> {});
  }

  /**
   * As {@link #start(Engine, String, BatchingSettings)}, with someone who hears of every step. An
   * engine that fails for good is not opened again.
   */
  public static BatchingEngine start(
      Engine engine, String modelName, BatchingSettings settings, StepListener listener) {
    return start(
        engine,
        () -> {
          throw new EngineFault.Fatal("there is no other engine", null);
        },
        modelName,
        settings,
        listener);
  }

  /**
   * The same with another engine after one that failed for good.
   *
   * @param again called by the loop's thread: opens an engine of the same shape, or throws an
   *     {@link EngineFault}, which ends the loop
   */
  public static BatchingEngine start(
      Engine engine,
      Supplier<Engine> again,
      String modelName,
      BatchingSettings settings,
      StepListener listener) {
    return LoopEngine.start(engine, again, modelName, settings, listener);
  }
}
