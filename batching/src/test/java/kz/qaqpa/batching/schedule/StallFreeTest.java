package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.engine.StepPlan;
import org.junit.jupiter.api.Test;

/** Long prompts do not keep running answers waiting: cells per step, in virtual time. */
class StallFreeTest {
  private static final int CELL = 64;
  private static final long CELL_NANOS = 9_000_000;
  private static final int VOCABULARY = 500;

  private static long alone(int rows) {
    return rows == 0 ? 0 : 2_000_000 + 250_000L * rows;
  }

  private static int decoding(StepPlan plan) {
    return (int) IntStream.range(0, plan.rows()).filter(i -> plan.queryLength(i) == 1).count();
  }

  private static int cells(StepPlan plan) {
    return (plan.tokens() - decoding(plan) + CELL - 1) / CELL;
  }

  private static long nanos(StepPlan plan) {
    return alone(decoding(plan)) + CELL_NANOS * cells(plan);
  }

  private static Rig rig(int slots, Duration bound) {
    Rig rig =
        new Rig(
            new FakeEngine(FakeEngine.shape(VOCABULARY, slots, 2_112, CELL), PseudoModel.hashing()),
            BatchingSettings.defaults().withInterTokenLatency(bound),
            BlockHash.CHAINED);
    rig.stepNanos = StallFreeTest::nanos;
    return rig;
  }

  private static int[] prompt(int length, int number) {
    return IntStream.range(0, length).map(i -> (i * 7 + number) % VOCABULARY).toArray();
  }

  /** Reads a prompt of so many tokens beside so many answers; returns in how many steps. */
  private static int read(Rig rig, int streams, int promptTokens, List<Long> times) {
    for (int i = 0; i < streams; i++) {
      rig.submit(prompt(20, i), 1_500);
    }
    for (int i = 0; i < 200; i++) { // Read and running for a while.
      rig.step();
    }
    Rig.Call reader = rig.submit(prompt(promptTokens, 999), 5);
    while (reader.outlet().tokens.isEmpty()) {
      times.add(nanos(rig.step()));
      assertThat(times.size()).isLessThan(500);
    }
    return times.size();
  }

  @Test
  void aPromptBesideThirtyTwoAnswersNeverMoreThanDoublesTheirStep() {
    for (int length : new int[] {800, 2_000}) {
      List<Long> times = new ArrayList<>();
      int steps = read(rig(33, Duration.ZERO), 32, length, times);
      assertThat(times).allMatch(time -> time <= 2 * alone(32));
      assertThat(steps).isLessThanOrEqualTo(length / CELL + 2);
    }
  }

  @Test
  void besideFewerAnswersAStepHasOneCellAtMost() {
    for (int streams : new int[] {1, 2, 8, 16}) {
      List<Long> times = new ArrayList<>();
      read(rig(33, Duration.ZERO), streams, 800, times);
      assertThat(times).as("%s", streams).allMatch(t -> t <= alone(streams) + CELL_NANOS);
    }
  }

  @Test
  void aBoundOfTheOperatorIsKept() {
    List<Long> times = new ArrayList<>();
    Duration bound = Duration.ofMillis(30);
    read(rig(33, bound), 32, 800, times);
    assertThat(times).allMatch(time -> time <= bound.toNanos());
    assertThat(times).anyMatch(time -> time > alone(32) + CELL_NANOS); // Two cells fit.
  }

  @Test
  void aPromptIsReadInBoundedTimeEvenWhereNoCellFits() {
    List<Long> times = new ArrayList<>();
    int steps = read(rig(33, Duration.ofMillis(1)), 32, 800, times);
    assertThat(steps).isLessThanOrEqualTo(8 * (800 / CELL + 1) + 8);
  }

  @Test
  void withoutRunningAnswersStepsCarryAllTheirTokens() {
    Rig rig = rig(4, Duration.ZERO);
    rig.submit(prompt(800, 1), 5);
    assertThat(cells(rig.step())).isEqualTo(4);
    assertThat(cells(rig.step())).isEqualTo(4);
  }
}
