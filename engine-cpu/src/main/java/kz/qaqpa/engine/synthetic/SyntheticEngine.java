package kz.qaqpa.engine.synthetic;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.PlanCheck;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.SyntheticSettings;

/**
 * Steps that take the time they are told to and computes nothing. What follows a token depends on
 * the seed, the token and its position alone, so an answer is the same however it was batched,
 * chunked, moved or resumed, and no slot holds anything: memory grows by a few bytes a slot.
 *
 * <p>The thread waits as it would for a GPU: parked, no core in use.
 */
final class SyntheticEngine implements Engine {
  /** As if of a small model; only what moves between slots and host memory is measured by it. */
  private static final long KV_BYTES_PER_TOKEN = 4096;

  private static final double NANOS = 1000;

  private final EngineShape shape;
  private final SyntheticSettings settings;
  private final PlanCheck check;
  private final SeededRows rows;
  private boolean closed;

  SyntheticEngine(EngineShape shape, int[] words, SyntheticSettings settings) {
    this.shape = shape;
    this.settings = settings;
    this.check = new PlanCheck(shape);
    this.rows = new SeededRows(shape, words, settings.seed());
  }

  @Override
  public EngineShape shape() {
    return shape;
  }

  @Override
  public StepResult execute(StepPlan plan) {
    long start = System.nanoTime();
    requireOpen();
    check.accept(plan);
    rows.begin(plan.rows());
    int running = 0;
    for (int row = 0; row < plan.rows(); row++) {
      int length = plan.queryLength(row);
      running += length == 1 ? 1 : 0;
      if (plan.logits(row) != LogitsMode.NONE) {
        int last = plan.token(plan.offset(row) + length - 1);
        rows.take(row, last, plan.kvLength(row) + length, plan.logits(row));
      }
    }
    waitUntil(start + nanos(running, plan.tokens() - running));
    return rows;
  }

  private long nanos(int running, int promptTokens) {
    return (long)
        (NANOS
            * (settings.stepMicros()
                + running * settings.rowMicros()
                + promptTokens * settings.promptTokenMicros()));
  }

  /** An interrupt ends the waiting: parking would return at once from then on. */
  private static void waitUntil(long deadline) {
    long left = deadline - System.nanoTime();
    while (left > 0 && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(left);
      left = deadline - System.nanoTime();
    }
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    requireOpen();
    check.copy(fromSlot, toSlot, tokens);
  }

  @Override
  public long kvBytesPerToken() {
    return KV_BYTES_PER_TOKEN;
  }

  /** Takes the room and writes nothing to it. */
  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    requireOpen();
    check.range(slot, fromToken, tokens);
    block.position(block.position() + Math.toIntExact(tokens * KV_BYTES_PER_TOKEN));
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    readKv(slot, fromToken, tokens, block);
  }

  private void requireOpen() {
    if (closed) {
      throw new EngineFault.Fatal("the engine is closed", null);
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
