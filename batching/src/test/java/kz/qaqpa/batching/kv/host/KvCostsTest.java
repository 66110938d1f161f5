package kz.qaqpa.batching.kv.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KvCostsTest {
  private static final long MILLI = 1_000_000;

  private final KvCosts costs = new KvCosts();

  @Test
  void whatIsMeasured_takesThePlaceOfTheGuesses() {
    for (int i = 0; i < 200; i++) {
      costs.moved(4, 2 * MILLI);
      costs.executed(1, 64, 32 * MILLI);
      costs.executed(8, 8, 16 * MILLI);
    }
    assertThat(costs.move(1)).isCloseTo(0.5 * MILLI, within(0.01 * MILLI));
    assertThat(costs.compute(1, 0)).isCloseTo(0.5 * MILLI, within(0.01 * MILLI));
    assertThat(costs.compute(0, 1)).isCloseTo(2.0 * MILLI, within(0.01 * MILLI));
  }

  /** A machine that stood still for a second has not become five thousand times dearer. */
  @Test
  void onePause_changesNoDecision() {
    double move = costs.move(1);
    double prompt = costs.compute(1, 0);
    double output = costs.compute(0, 1);
    costs.moved(1, 1000 * MILLI);
    costs.executed(1, 64, 60_000 * MILLI);
    costs.executed(1, 1, 60_000 * MILLI);
    assertThat(costs.move(1) / move).isBetween(1.3, 1.4);
    assertThat(costs.compute(1, 0) / prompt).isBetween(1.3, 1.4);
    assertThat(costs.compute(0, 1) / output).isBetween(1.3, 1.4);
  }

  @Test
  void whatHasBecomeDearer_isKnownSoon_alsoWhereItCostNothing() {
    for (int i = 0; i < 1000; i++) {
      costs.moved(1, 0);
    }
    for (int i = 0; i < 100; i++) {
      costs.moved(1, 10 * MILLI);
    }
    assertThat(costs.move(1)).isBetween(9.0 * MILLI, 10.0 * MILLI);
  }

  @Test
  void savingHasItsShareOfTime_andRestIsFree() {
    double block = costs.move(1);
    costs.rest();
    while (costs.maySpend()) {
      costs.spend();
    }
    costs.executed(1, 1, 100 * (long) block);
    costs.spend();
    assertThat(costs.maySpend()).isFalse();
    costs.found(1000);
    assertThat(costs.maySpend()).isTrue();
  }
}
