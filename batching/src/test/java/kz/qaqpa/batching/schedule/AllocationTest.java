package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.fixture.NullOutlet;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.EarlyMask;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import org.junit.jupiter.api.Test;

/** Steps of decode allocate nothing, however their tokens are sampled and whoever waits. */
class AllocationTest {
  private static final int SLOTS = 32;
  private static final int VOCABULARY = 500;
  private static final int COMBINATIONS = 1 << 9;

  private final float[] logits = new float[VOCABULARY];
  private final FakeResult row = FakeResult.of(LogitsMode.FULL, logits);

  @Test
  void stepsOfDecodeAllocateNothing() {
    for (int first = 0; first < COMBINATIONS; first += SLOTS) {
      allocated(first); // Until it is compiled, StrictMath allocates.
    }
    for (int first = 0; first < COMBINATIONS; first += SLOTS) {
      // Two readings of the counter may allocate themselves; a byte a token would be 6,400.
      long least = allocated(first);
      for (int i = 0; i < 10 && least >= 2_000; i++) { // The compiler may be late.
        least = Math.min(least, allocated(first));
      }
      assertThat(least).as("from %s", first).isLessThan(2_000);
    }
  }

  private long allocated(int first) {
    EngineShape shape = new EngineShape(VOCABULARY, SLOTS, 2048, 1024, 64, 1, 1, 1, "none");
    Scheduler scheduler =
        new Scheduler(shape, BatchingSettings.defaults(), BlockHash.CHAINED, new Tally(), 128);
    StepResult result = new SameForAll(row, row.logSumExp(0));
    enqueue(scheduler, first, SLOTS);
    run(scheduler, result, 50); // They have their slots.
    enqueue(scheduler, first, 1_000); // These wait, of 27 agencies in three classes.
    run(scheduler, result, 500); // Classes are loaded, slots used, tables at their size.

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    run(scheduler, result, 200);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static void enqueue(Scheduler scheduler, int first, int count) {
    for (int i = first; i < first + count; i++) {
      scheduler.enqueue(new Sequence(request(i), new NullOutlet(), 64, BlockHash.CHAINED, 0));
    }
  }

  private static void run(Scheduler scheduler, StepResult result, int steps) {
    for (int i = 0; i < steps; i++) {
      PlannedStep step = scheduler.plan(i);
      scheduler.costs().executed(SLOTS, SLOTS, 50_000_000); // Some blocks may be saved.
      scheduler.apply(step, result, i);
    }
  }

  /** Bit by bit of {@code i}: everything that sampling can be told, in all combinations. */
  private static GenerationRequest request(int i) {
    SamplingParams sampling =
        new SamplingParams(
            has(i, 0) ? 0 : 1.2,
            has(i, 1) ? 40 : 0,
            has(i, 2) ? 0.9 : 1,
            has(i, 3) ? 0.01 : 0,
            has(i, 4) ? 1.1 : 1,
            has(i, 4) ? 0.1 : 0,
            has(i, 4) ? 0.1 : 0,
            i,
            -1,
            has(i, 5) ? LogitBias.of(Map.of(7, -2f, 300, 1f)) : LogitBias.NONE,
            null);
    TokenMask mask =
        has(i, 6)
            ? has(i, 7)
                ? TokenMask.only(VOCABULARY, 5, 90, 300, 301)
                : TokenMask.of(VOCABULARY, 3, 4, 499)
            : null;
    EarlyMask early = has(i, 7) ? new EarlyMask(600, TokenMask.of(VOCABULARY, 9)) : null;
    Watermark watermark = has(i, 8) ? Watermark.serving(new long[Watermark.SUB_KEYS], i) : null;
    return new GenerationRequest(
            "r",
            "a" + i % 27,
            1,
            new int[] {i % VOCABULARY},
            1024,
            sampling.withMask(mask).withEarly(early).withWatermark(watermark),
            new int[] {-1},
            Long.MAX_VALUE)
        .withPriority(PriorityClass.values()[i % 3], i % 5);
  }

  private static boolean has(int i, int bit) {
    return (i >> bit & 1) == 1;
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
