package kz.qaqpa.batching.simulate;

import kz.qaqpa.engine.StepPlan;

/** How long an engine takes for a step. */
enum CostModel {
  /** kaz-mini in f32 on two cores, fitted to docs/benchmarks.md: 3.6 ms at 1 row, 16.7 at 32. */
  CPU {
    @Override
    double micros(int rows, int promptTokens, long kvTokens) {
      return 3_200 + 422.0 * rows + 142.0 * promptTokens;
    }
  },

  /**
   * The roofline of an 8B model in bf16 on one H200, not a measurement: 15 GB of weights and 128
   * KiB of KV a token at 4.3 TB/s, 52,600 prompt tokens a second.
   */
  H200 {
    @Override
    double micros(int rows, int promptTokens, long kvTokens) {
      return Math.max(3_490, 19.0 * (rows + promptTokens)) + 0.0305 * kvTokens;
    }
  };

  /**
   * The time of one step.
   *
   * @param rows rows of one token
   * @param promptTokens tokens of all other rows
   * @param kvTokens tokens that all rows attend to
   */
  abstract double micros(int rows, int promptTokens, long kvTokens);

  /** The time of a plan, in nanoseconds. */
  long nanos(StepPlan plan) {
    int decoding = 0;
    long kv = 0;
    for (int row = 0; row < plan.rows(); row++) {
      decoding += plan.queryLength(row) == 1 ? 1 : 0;
      kv += plan.kvLength(row) + plan.queryLength(row);
    }
    return (long) (1_000 * micros(decoding, plan.tokens() - decoding, kv));
  }
}
