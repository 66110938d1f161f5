package kz.qaqpa.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketTest {
  @ParameterizedTest
  @CsvSource({
    "HOUR, 2026-11-03T09:59:59.999Z, 2026-11-03T14:00+05:00, 2026-11-03T10:00:00Z",
    "HOUR, 2026-11-03T10:00:00Z, 2026-11-03T15:00+05:00, 2026-11-03T11:00:00Z",
    "DAY, 2026-11-02T18:59:59Z, 2026-11-02, 2026-11-02T19:00:00Z",
    "DAY, 2026-11-02T19:00:00Z, 2026-11-03, 2026-11-03T19:00:00Z",
    "MONTH, 2026-10-31T18:59:59Z, 2026-10, 2026-10-31T19:00:00Z",
    "MONTH, 2026-10-31T19:00:00Z, 2026-11, 2026-11-30T19:00:00Z",
    "MONTH, 2026-12-31T18:59:59Z, 2026-12, 2026-12-31T19:00:00Z",
    // On 1 March 2024 clocks went back from midnight to 23:00: a day of 25 hours, two hours 23.
    "DAY, 2024-02-29T17:59:59Z, 2024-02-29, 2024-02-29T19:00:00Z",
    "DAY, 2024-02-29T18:30:00Z, 2024-02-29, 2024-02-29T19:00:00Z",
    "DAY, 2024-02-29T19:00:00Z, 2024-03-01, 2024-03-01T19:00:00Z",
    "MONTH, 2024-02-29T18:30:00Z, 2024-02, 2024-02-29T19:00:00Z",
    "HOUR, 2024-02-29T17:30:00Z, 2024-02-29T23:00+06:00, 2024-02-29T18:00:00Z",
    "HOUR, 2024-02-29T18:30:00Z, 2024-02-29T23:00+05:00, 2024-02-29T19:00:00Z",
  })
  void almatysClock(Bucket bucket, Instant at, String label, Instant end) {
    Bucket.Span span = bucket.at(at);
    assertThat(span.label()).isEqualTo(label);
    assertThat(span.end()).isEqualTo(end);
    assertThat(span.contains(at)).isTrue();
    assertThat(span.contains(end)).isFalse();
  }

  /** One ends where the next begins, whatever the country did with its clocks. */
  @Test
  void spansFollowEachOther() {
    long from = Instant.parse("2000-01-01T00:00:00Z").getEpochSecond();
    long to = Instant.parse("2199-01-01T00:00:00Z").getEpochSecond();
    Seeds.forRandom(
        TestSize.tries(5000, 500_000),
        random -> {
          Instant at = Instant.ofEpochSecond(random.nextLong(from, to), random.nextInt(1 << 29));
          for (Bucket bucket : Bucket.values()) {
            Bucket.Span span = bucket.at(at);
            assertThat(span.contains(at)).as("%s %s", bucket, at).isTrue();
            Bucket.Span next = bucket.at(span.end());
            assertThat(next.start().toInstant()).as("%s %s", bucket, at).isEqualTo(span.end());
            assertThat(bucket.at(span.start().toInstant())).isEqualTo(span);
            assertThat(bucket.at(span.end().minusNanos(1))).isEqualTo(span);
            assertThat(next.label()).isNotEqualTo(span.label());
          }
        });
  }
}
