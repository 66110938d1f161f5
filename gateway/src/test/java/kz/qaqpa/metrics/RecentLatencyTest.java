package kz.qaqpa.metrics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import kz.qaqpa.metrics.RecentLatency.Percentiles;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class RecentLatencyTest {
  private final RecentLatency latency = new RecentLatency(3);

  @Test
  void percentiles_areThoseOfAllIntervals_toTwoDigits() {
    for (int i = 1; i <= 1000; i++) {
      latency.record(Duration.ofMillis(i).toNanos());
      if (i % 400 == 0) {
        latency.advance();
      }
    }
    Percentiles now = requireNonNull(latency.advance());
    assertThat(now.count()).isEqualTo(1000);
    assertThat(now.p50()).isCloseTo(0.5, Percentage.withPercentage(1));
    assertThat(now.p95()).isCloseTo(0.95, Percentage.withPercentage(1));
    assertThat(now.p99()).isCloseTo(0.99, Percentage.withPercentage(1));
  }

  @Test
  void whatIsLongerAgo_isForgotten() {
    latency.record(Duration.ofSeconds(5).toNanos());
    assertThat(latency.advance()).isNotNull();
    latency.record(Duration.ofMillis(1).toNanos());
    assertThat(latency.advance()).isNotNull();
    assertThat(latency.advance()).isNotNull().extracting(Percentiles::count).isEqualTo(2L);
    // The first interval is the fourth last.
    Percentiles now = requireNonNull(latency.advance());
    assertThat(now.count()).isEqualTo(1);
    assertThat(now.p99()).isCloseTo(0.001, within(0.0001));
    assertThat(latency.advance()).isNull();
    for (int i = 0; i < 10; i++) {
      assertThat(latency.advance()).isNull();
    }
    latency.record(Duration.ofMillis(2).toNanos());
    assertThat(latency.advance()).isNotNull().extracting(Percentiles::count).isEqualTo(1L);
  }

  @Test
  void outOfRange_isTheEndOfTheRange() {
    latency.record(-1);
    latency.record(Duration.ofDays(1).toNanos());
    Percentiles now = requireNonNull(latency.advance());
    assertThat(now.p50()).isCloseTo(1e-6, within(1e-9));
    assertThat(now.p99()).isCloseTo(600, Percentage.withPercentage(1));
  }
}
