package kz.qaqpa.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;

class TrendTest {

  @Test
  void aLine_hasItsSlope_andGrowsBeyondWhatIsTolerated() {
    Trend trend = Trend.of(IntStream.range(0, 41).mapToDouble(i -> 100 + i).toArray());
    assertThat(trend.growth()).isCloseTo(40, within(1e-9));
    assertThat(trend.median()).isEqualTo(120);
    assertThat(trend.grows(0.1, 8)).isTrue();
    assertThat(trend.grows(0.1, 41)).as("within the floor").isFalse();
    assertThat(trend.grows(0.4, 0)).as("within the share").isFalse();
  }

  @Test
  void noise_outliersAndFalls_areNoGrowth() {
    Seeds.forRandom(
        20,
        random -> {
          double[] noise = random.doubles(45, 98, 102).toArray();
          noise[44] = 10_000;
          assertThat(Trend.of(noise).grows(0.1, 1)).isFalse();
        });
    assertThat(Trend.of(IntStream.range(0, 41).mapToDouble(i -> -i).toArray()).grows(0, 0))
        .isFalse();
    assertThat(Trend.of(5, 5, 5, 5, 5).z()).isZero();
    assertThat(Trend.of(5, Double.NaN, 6).z()).as("too few to tell").isZero();
  }

  @Test
  void theStatistic_isMannAndKendalls() {
    Trend trend = Trend.of(10, 15, 14, 20, 18, 25);
    // S = 11: 13 rises, 2 falls. Var(S) = 6 * 5 * 17 / 18.
    assertThat(trend.z()).isCloseTo(10 / Math.sqrt(6 * 5 * 17 / 18.0), within(1e-9));
  }
}
