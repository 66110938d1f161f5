package kz.qaqpa.admission.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.quota.Counter.Window;
import kz.qaqpa.admission.quota.WindowCalendar.Moment;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** Minutes, days and months in Almaty, on a clock that may go anywhere. */
class WindowCalendarTest {
  private static final long FROM = Instant.parse("2019-01-01T00:00:00Z").toEpochMilli();
  private static final long TO = Instant.parse("2033-01-01T00:00:00Z").toEpochMilli();

  @Test
  void daysAndMonths_beginAtMidnightInAlmaty() {
    Moment before = at("2026-11-30T18:59:59.999Z");
    Moment after = at("2026-11-30T19:00:00Z");
    assertThat(before.day()).isEqualTo(LocalDate.of(2026, 11, 30).toEpochDay());
    assertThat(after.day()).isEqualTo(LocalDate.of(2026, 12, 1).toEpochDay());
    assertThat(after.month()).isEqualTo(before.month() + 1);
    assertThat(after.minute()).isEqualTo(before.minute() + 1);
    assertThat(before.dayEnd()).isEqualTo(before.monthEnd()).isEqualTo(before.minuteEnd());
    assertThat(Instant.ofEpochMilli(after.dayEnd())).isEqualTo("2026-12-01T19:00:00Z");
    assertThat(Instant.ofEpochMilli(after.monthEnd())).isEqualTo("2026-12-31T19:00:00Z");
    assertThat(at("2026-12-31T19:00:00Z").month()).isEqualTo(after.month() + 1);
  }

  @Test
  void leapDays_areDays() {
    Moment leap = at("2028-02-28T20:00:00Z");
    assertThat(leap.day()).isEqualTo(LocalDate.of(2028, 2, 29).toEpochDay());
    assertThat(Instant.ofEpochMilli(leap.dayEnd())).isEqualTo("2028-02-29T19:00:00Z");
    assertThat(leap.monthEnd()).isEqualTo(leap.dayEnd());
    assertThat(Instant.ofEpochMilli(at("2027-02-28T18:00:00Z").dayEnd()))
        .isEqualTo("2027-02-28T19:00:00Z");
  }

  /** On 1 March 2024 clocks went back from 0:00 to 23:00: 29 February had 25 hours. */
  @Test
  void aChangeOfTheZone_makesOneDayLonger() {
    Moment first = at("2024-02-28T18:00:00Z");
    Moment last = at("2024-02-29T18:59:59Z");
    assertThat(last.day()).isEqualTo(first.day());
    assertThat(first.dayEnd()).isEqualTo(last.dayEnd());
    assertThat(Instant.ofEpochMilli(first.dayEnd())).isEqualTo("2024-02-29T19:00:00Z");
    assertThat(at("2024-02-29T19:00:00Z").day()).isEqualTo(first.day() + 1);
    assertThat(at("2024-02-28T17:59:59Z").day()).isEqualTo(first.day() - 1);
  }

  @Test
  void everyMoment_liesInItsWindows_andTheNextBeginWhereTheyEnd() {
    Seeds.forRandom(
        TestSize.tries(20_000, 500_000),
        random -> {
          long now = nearABorder(random);
          Moment moment = WindowCalendar.at(now);
          for (Window window : Window.values()) {
            assertThat(moment.end(window)).isGreaterThan(now);
            Moment next = WindowCalendar.at(moment.end(window));
            assertThat(next.number(window)).isEqualTo(moment.number(window) + 1);
            assertThat(WindowCalendar.at(moment.end(window) - 1).number(window))
                .isEqualTo(moment.number(window));
          }
          assertThat(moment.minuteEnd()).isLessThanOrEqualTo(moment.dayEnd());
          assertThat(moment.dayEnd()).isLessThanOrEqualTo(moment.monthEnd());
        });
  }

  @Test
  void aClockThatIsSetBack_opensNoWindowTwice() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          FakeClock clock = new FakeClock("2026-11-30T18:58:00Z");
          WindowCalendar calendar = new WindowCalendar(clock);
          Moment last = calendar.now();
          long latest = clock.millis();
          for (int i = 0; i < 200; i++) {
            clock.move(Duration.ofMillis(random.nextLong(-200_000, 260_000)));
            latest = Math.max(latest, clock.millis());
            Moment now = calendar.now();
            for (Window window : Window.values()) {
              assertThat(now.number(window)).isGreaterThanOrEqualTo(last.number(window));
            }
            // Never ahead of the furthest that the clock has been, and there at once.
            assertThat(now).isEqualTo(WindowCalendar.at(latest));
            assertThat(calendar.behind().isZero())
                .isEqualTo(clock.millis() >= now.minuteEnd() - 60_000);
            last = now;
          }
        });
  }

  private static long nearABorder(RandomGenerator random) {
    long any = random.nextLong(FROM, TO);
    Moment moment = WindowCalendar.at(any);
    return switch (random.nextInt(3)) {
      case 0 -> any;
      case 1 -> moment.dayEnd() + random.nextLong(-2, 2);
      default -> moment.monthEnd() + random.nextLong(-2, 2);
    };
  }

  private static Moment at(String moment) {
    return WindowCalendar.at(Instant.parse(moment).toEpochMilli());
  }
}
