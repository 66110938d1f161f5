package kz.qaqpa.batching;

/** Hears of every step, for histograms. Called on the step loop: returns at once, never throws. */
@FunctionalInterface
public interface StepListener {

  /**
   * A step was computed.
   *
   * @param rows rows of its plan
   * @param tokens tokens of its plan
   * @param engineNanos time inside the engine, copies of KV included
   */
  void onStep(int rows, int tokens, long engineNanos);
}
