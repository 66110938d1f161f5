package kz.qaqpa.batching.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** How many cells steps may read, from how long steps took, in virtual time. */
class StepPaceTest {
  private static final int CELL = 64;
  private static final double MILLI = 1e6;

  /** A loop that decodes and always has prompts to read, on an engine that takes its time. */
  private static final class Loop {
    final StepPace pace;
    final int stepCells;
    double decode = 2 * MILLI;
    double perRow = 0.25 * MILLI;
    double cell = 9 * MILLI;
    DoubleUnaryOperator noise = nanos -> nanos;
    boolean wantsCells = true;
    long now = 1;
    double last;

    Loop(Duration bound, int stepCells) {
      this.pace = new StepPace(bound, CELL);
      this.stepCells = stepCells;
    }

    double alone(int rows) {
      return rows == 0 ? 0 : decode + perRow * rows;
    }

    /** One step; returns its cells. */
    int step(int rows) {
      pace.begin(now);
      int cells = wantsCells ? Math.min(stepCells, pace.cells(rows)) : 0;
      pace.planned(now, rows, cells, cells * CELL);
      last = noise.applyAsDouble(alone(rows) + cell * cells);
      now += (long) last;
      return cells;
    }

    void steps(int rows, int count) {
      for (int i = 0; i < count; i++) {
        step(rows);
      }
    }

    void learn(int rows) {
      wantsCells = false;
      steps(rows, 10);
      wantsCells = true;
      steps(rows, 10);
    }
  }

  @Test
  void thirtyTwoAnswersWaitAtMostTwiceAsLongAndFewerOnesForOneCell() {
    Loop loop = new Loop(Duration.ZERO, 4);
    for (int rows : new int[] {32, 16, 8, 4, 1}) {
      loop.learn(rows);
      double most = Math.max(2 * loop.alone(rows), loop.alone(rows) + loop.cell);
      for (int i = 0; i < 1_000; i++) {
        loop.step(rows);
        assertThat(loop.last).as("%s rows", rows).isLessThanOrEqualTo(most + 1);
      }
    }
  }

  @Test
  void cheapCellsAreReadManyAtATime() {
    Loop loop = new Loop(Duration.ZERO, 1_000);
    loop.cell = 0.3 * MILLI;
    loop.learn(32); // Ten milliseconds alone: 33 cells fit into as long again.
    assertThat(loop.step(32)).isBetween(32, 33);
  }

  @Test
  void nothingIsHeldBackWhereNobodyDecodes() {
    Loop loop = new Loop(Duration.ofMillis(1), 4);
    assertThat(loop.step(0)).isEqualTo(4);
    loop.learn(32);
    assertThat(loop.step(0)).isEqualTo(4);
  }

  @Test
  void aBoundHoldsWhereItCan() {
    Loop loop = new Loop(Duration.ofMillis(30), 4);
    loop.learn(32); // Ten alone; 19 with one cell, 28 with two.
    for (int i = 0; i < 1_000; i++) {
      loop.step(32);
      assertThat(loop.last).isLessThanOrEqualTo(30 * MILLI);
    }
    assertThat(loop.step(32)).isEqualTo(2);
  }

  @Test
  void whereNoCellFitsOneIsReadNowAndThen() {
    for (int millis : new int[] {5, 12}) { // Not even a step alone fits; it fits, but no cell.
      Loop loop = new Loop(Duration.ofMillis(millis), 4);
      loop.learn(32);
      int cells = 0;
      for (int i = 0; i < 800; i++) {
        int now = loop.step(32);
        assertThat(now).isLessThanOrEqualTo(1);
        cells += now;
      }
      assertThat(cells).isEqualTo(800 / StepPace.LONGEST_FAST);
    }
  }

  @Test
  void noRunOfStepsWithoutACellIsLongWhateverStepsTake() {
    Seeds.forRandom(
        TestSize.tries(100, 5_000),
        random -> {
          Loop loop =
              new Loop(Duration.ofNanos(random.nextLong(20_000_000)), 1 + random.nextInt(8));
          loop.noise = nanos -> random.nextDouble() * 1e8;
          int without = 0;
          int rows = 1 + random.nextInt(64);
          for (int i = 0; i < 2_000; i++) {
            rows = random.nextInt(20) == 0 ? 1 + random.nextInt(64) : rows;
            without = loop.step(rows) == 0 ? without + 1 : 0;
            assertThat(without).isLessThanOrEqualTo(StepPace.LONGEST_FAST);
          }
        });
  }

  @Test
  void oneStepOfTenTimesItsTimeChangesNothing() {
    Loop loop = new Loop(Duration.ofMillis(30), 4);
    loop.learn(32);
    for (boolean cells : new boolean[] {true, false}) {
      double alone = loop.pace.decodeNanos(32);
      double cell = loop.pace.cellNanos();
      loop.wantsCells = cells;
      loop.noise = nanos -> 10 * nanos;
      loop.step(32);
      loop.noise = nanos -> nanos;
      loop.wantsCells = true;
      for (int i = 0; i < 5; i++) {
        assertThat(loop.step(32)).isEqualTo(2);
      }
      assertThat(loop.pace.decodeNanos(32)).isEqualTo(alone);
      assertThat(loop.pace.cellNanos()).isCloseTo(cell, within(1.0));
    }
  }

  @Test
  void wrongFirstEstimatesAreForgotten() {
    for (double wrong : new double[] {0.05, 20}) {
      Loop loop = new Loop(Duration.ofMillis(30), 4);
      loop.noise = nanos -> wrong * nanos;
      loop.wantsCells = false;
      loop.step(32);
      loop.wantsCells = true;
      loop.step(32);
      loop.noise = nanos -> nanos;
      int late = 0;
      for (int i = 0; i < 200; i++) {
        loop.step(32);
        late += loop.last > 30 * MILLI ? 1 : 0;
      }
      assertThat(late).as("first ones times %s", wrong).isLessThanOrEqualTo(StepPace.MOST_MIXED);
      loop.steps(32, 2 * StepPace.MOST_MIXED);
      assertThat(loop.pace.decodeNanos(32)).isCloseTo(10 * MILLI, within(MILLI));
      assertThat(loop.pace.cellNanos()).isCloseTo(9 * MILLI, within(MILLI));
    }
  }

  @Test
  void aLastingChangeIsFollowed() {
    Loop loop = new Loop(Duration.ZERO, 4);
    loop.learn(32);
    loop.cell = 2 * MILLI;
    loop.decode = 8 * MILLI; // Sixteen alone, so that four cells fit.
    loop.steps(32, 16 * StepPace.MOST_MIXED);
    assertThat(loop.pace.decodeNanos(32)).isCloseTo(16 * MILLI, within(0.5 * MILLI));
    assertThat(loop.step(32)).isEqualTo(4);
  }

  @Test
  void underNoiseMostStepsKeepTheBound() {
    Seeds.forRandom(
        TestSize.tries(20, 500),
        random -> {
          Loop loop = new Loop(Duration.ZERO, 4);
          loop.noise = nanos -> nanos * Math.exp(0.15 * random.nextGaussian());
          loop.learn(32);
          List<Double> with = new ArrayList<>();
          List<Double> without = new ArrayList<>();
          for (int i = 0; i < 2_000; i++) {
            loop.wantsCells = i % 2 == 0;
            loop.step(32);
            (loop.wantsCells ? with : without).add(loop.last);
          }
          assertThat(p99(with)).isLessThan(2.2 * p99(without)); // Of 1,000 each, so p99 varies.
        });
  }

  private static double p99(List<Double> values) {
    return values.stream().sorted().skip(values.size() * 99L / 100).findFirst().orElseThrow();
  }

  @Test
  void numbersOfRowsThatWereNotSeenAreJudgedByTheirNeighbours() {
    Loop loop = new Loop(Duration.ZERO, 4);
    loop.learn(20);
    assertThat(loop.pace.decodeNanos(31)).isEqualTo(loop.pace.decodeNanos(20));
    assertThat(loop.pace.decodeNanos(1)).isEqualTo(loop.pace.decodeNanos(20));
    assertThat(new StepPace(Duration.ZERO, CELL).cells(7)).isEqualTo(1);
  }

  @Test
  void aFailedStepIsNotMeasured() {
    StepPace pace = new StepPace(Duration.ZERO, CELL);
    pace.begin(0);
    pace.planned(0, 3, 0, 0);
    pace.forget();
    pace.begin(1_000);
    assertThat(pace.decodeNanos(3)).isZero();
  }
}
