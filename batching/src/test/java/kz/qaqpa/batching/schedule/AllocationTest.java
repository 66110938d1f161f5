package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.fixture.NullOutlet;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import org.junit.jupiter.api.Test;

/** Steps of decode allocate nothing, however their tokens are sampled and whoever waits. */
class AllocationTest {
  private static final int SLOTS = 32;
  private static final int VOCABULARY = 500;

  private final float[] logits = new float[VOCABULARY];
  private final FakeResult row = FakeResult.of(LogitsMode.FULL, logits);

  @Test
  void stepsOfDecodeAllocateNothing() {
    EngineShape shape = new EngineShape(VOCABULARY, SLOTS, 2048, 1024, 64, 1, 1, 1, "none");
    Scheduler scheduler =
        new Scheduler(shape, BatchingSettings.defaults(), BlockHash.CHAINED, new Tally());
    for (int i = 0; i < SLOTS + 1_000; i++) { // The others wait, of 27 agencies in three classes.
      scheduler.enqueue(new Sequence(request(i), new NullOutlet(), 64, BlockHash.CHAINED, 0));
    }
    StepResult result = new SameForAll(row, row.logSumExp(0));
    run(scheduler, result, 500); // Classes are loaded, slots used, tables at their size.

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    run(scheduler, result, 400);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // Two readings of the counter may allocate themselves; a byte a token would be 12,800.
    assertThat(allocated).isLessThan(2_000);
  }

  private static void run(Scheduler scheduler, StepResult result, int steps) {
    for (int i = 0; i < steps; i++) {
      PlannedStep step = scheduler.plan(i);
      scheduler.apply(step, result, i);
    }
  }

  private static GenerationRequest request(int i) {
    Watermark watermark = Watermark.serving(new long[Watermark.SUB_KEYS], i);
    SamplingParams sampling =
        switch (i % 6) {
          case 0 -> SamplingParams.greedy();
          case 1 -> new SamplingParams(0.8, 40, 0.9, 0, 1, 0, 0, i, -1);
          case 2 -> new SamplingParams(1, 0, 0.9, 0.01, 1, 0, 0, i, -1);
          case 3 -> new SamplingParams(1.2, 0, 1, 0, 1.1, 0.1, 0.1, i, -1);
          case 4 -> new SamplingParams(1, 0, 1, 0, 1, 0, 0, i, -1).withWatermark(watermark);
          default -> new SamplingParams(0.8, 0, 0.9, 0, 1, 0, 0, i, -1).withWatermark(watermark);
        };
    return new GenerationRequest(
            "r", "a" + i % 27, 1, new int[] {i}, 1024, sampling, new int[] {-1}, Long.MAX_VALUE)
        .withPriority(PriorityClass.values()[i % 3], i % 5);
  }

  /** The same logits for every row. */
  private record SameForAll(FakeResult row, float sum) implements StepResult {
    @Override
    public int candidates(int r) {
      return row.candidates(0);
    }

    @Override
    public int candidateId(int r, int rank) {
      return row.candidateId(0, rank);
    }

    @Override
    public float candidateLogit(int r, int rank) {
      return row.candidateLogit(0, rank);
    }

    @Override
    public float logSumExp(int r) {
      return sum;
    }

    @Override
    public void logits(int r, float[] into) {
      row.logits(0, into);
    }
  }
}
