package kz.qaqpa.batching.simulate;

import kz.qaqpa.batching.kv.host.KvMoves;
import kz.qaqpa.engine.StepPlan;

/** How long an engine takes for a step. */
enum CostModel {
  /** kaz-mini in f32 on two cores, fitted to docs/benchmarks.md: 3.6 ms at 1 row, 16.7 at 32. */
  CPU {
    @Override
    double micros(int rows, int promptTokens, long kvTokens) {
      return 3_200 + 422.0 * rows + 142.0 * promptTokens;
    }

    @Override
    double microsPerBlock() {
      return 65;
    }

    @Override
    long bytesPerToken() {
      return 6_144;
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

    @Override
    double microsPerBlock() {
      return 170; // 8 MiB at 50 GB/s.
    }

    @Override
    long bytesPerToken() {
      return 131_072;
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

  /** The time to move one block of 64 tokens between a slot and host memory. */
  abstract double microsPerBlock();

  /** KV of one token. */
  abstract long bytesPerToken();

  /** The time of a step's moves, in nanoseconds; copies between slots are not counted. */
  long nanos(KvMoves moves) {
    return (long) (1_000 * microsPerBlock() * blocks(moves));
  }

  /** Blocks that a step moves to host memory or from there. */
  static int blocks(KvMoves moves) {
    int blocks = 0;
    for (int i = 0; i < moves.size(); i++) {
      blocks += moves.isOfHost(i) ? 1 : 0;
    }
    return blocks;
  }

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
