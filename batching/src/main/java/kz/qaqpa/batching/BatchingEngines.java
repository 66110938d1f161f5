package kz.qaqpa.batching;

import kz.qaqpa.batching.loop.LoopEngine;
import kz.qaqpa.engine.Engine;

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

  /** As {@link #start(Engine, String, BatchingSettings)}, with someone who hears of every step. */
  public static BatchingEngine start(
      Engine engine, String modelName, BatchingSettings settings, StepListener listener) {
    return LoopEngine.start(engine, modelName, settings, listener);
  }
}
