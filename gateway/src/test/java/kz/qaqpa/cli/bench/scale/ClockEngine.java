package kz.qaqpa.cli.bench.scale;

import java.nio.ByteBuffer;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.testing.Pause;

/**
 * Ends its steps at an even pace, whatever the loop around them takes, and answers each row with
 * the word of that moment. Who is late goes on at once and does not catch up.
 */
final class ClockEngine implements Engine {
  private final Engine inner;
  private final ClockWords words;
  private final long periodNanos;
  private long last = System.nanoTime();
  private int place;

  ClockEngine(Engine inner, ClockWords words, long periodNanos) {
    this.inner = inner;
    this.words = words;
    this.periodNanos = periodNanos;
  }

  @Override
  public EngineShape shape() {
    return inner.shape();
  }

  @Override
  public StepResult execute(StepPlan plan) {
    StepResult result = inner.execute(plan);
    long next = last + periodNanos;
    Pause.nanos(next - System.nanoTime());
    long now = System.nanoTime();
    last = now - next < periodNanos ? next : now;
    place = words.place(now);
    return new Told(result);
  }

  @Override
  public void copyKv(int fromSlot, int toSlot, int tokens) {
    inner.copyKv(fromSlot, toSlot, tokens);
  }

  @Override
  public long kvBytesPerToken() {
    return inner.kvBytesPerToken();
  }

  @Override
  public void readKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    inner.readKv(slot, fromToken, tokens, block);
  }

  @Override
  public void writeKv(int slot, int fromToken, int tokens, ByteBuffer block) {
    inner.writeKv(slot, fromToken, tokens, block);
  }

  @Override
  public void close() {
    inner.close();
  }

  /** The synthetic result with other tokens. */
  private final class Told implements StepResult {
    private final StepResult result;

    Told(StepResult result) {
      this.result = result;
    }

    @Override
    public int candidates(int row) {
      return result.candidates(row);
    }

    @Override
    public int candidateId(int row, int rank) {
      return words.token(place, rank);
    }

    @Override
    public float candidateLogit(int row, int rank) {
      return result.candidateLogit(row, rank);
    }

    @Override
    public float logSumExp(int row) {
      return result.logSumExp(row);
    }

    @Override
    public void logits(int row, float[] into) {
      result.logits(row, into);
    }
  }
}
