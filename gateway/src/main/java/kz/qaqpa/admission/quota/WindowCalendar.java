package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.YearMonth;

/**
 * Which minute, day and month it is in Almaty. Any thread.
 *
 * <pre>
 * Windows     Minutes are those of UTC. A day begins where java.time says that its date begins in
 *             Asia/Almaty (UTC+5 since 1 March 2024), a month with its first day. Should the
 *             zone's rules change, the day of the change is longer or shorter and nothing else
 *             happens; a JDK that has not heard of the change goes on with the old offset.
 * Backwards   Time never goes back here: a clock that is set back stays in the window that it was
 *             in until it has caught up. What was used is not forgotten, and no window is opened
 *             for a second time.
 * Cost        One clock reading and one volatile read, but for the first caller of a minute.
 * </pre>
 */
final class WindowCalendar {
  private static final long MINUTE_MILLIS = 60_000;

  private final InstantSource clock;
  private volatile Moment latest;

  WindowCalendar(InstantSource clock) {
    this.clock = clock;
    this.latest = at(clock.millis());
  }

  /**
   * The windows of one minute: of each a number that grows from window to window and never falls,
   * and its end in milliseconds since 1970.
   */
  record Moment(long minute, long minuteEnd, long day, long dayEnd, long month, long monthEnd) {

    /** Before all windows. */
    static final Moment NEVER =
        new Moment(
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            Long.MIN_VALUE,
            Long.MIN_VALUE);

    long number(Counter.Window window) {
      return switch (window) {
        case MINUTE -> minute;
        case DAY -> day;
        case MONTH -> month;
      };
    }

    long end(Counter.Window window) {
      return switch (window) {
        case MINUTE -> minuteEnd;
        case DAY -> dayEnd;
        case MONTH -> monthEnd;
      };
    }
  }

  /** The windows that are open. */
  Moment now() {
    long millis = clock.millis();
    Moment known = latest;
    return millis < known.minuteEnd() ? known : advance(millis);
  }

  private synchronized Moment advance(long millis) {
    if (millis >= latest.minuteEnd()) {
      latest = at(millis);
    }
    return latest;
  }

  /** The time now, as far as it lies within the minute of a moment; else its nearest end. */
  Instant within(Moment moment) {
    long start = moment.minuteEnd() - MINUTE_MILLIS;
    return Instant.ofEpochMilli(Math.clamp(clock.millis(), start, moment.minuteEnd() - 1));
  }

  /** From now to the end of a window, by the clock as it is. */
  Duration until(Moment moment, Counter.Window window) {
    return Duration.ofMillis(Math.max(0, moment.end(window) - clock.millis()));
  }

  /** By how much the clock is behind the windows: 0 unless it was set back. */
  Duration behind() {
    return behind(latest);
  }

  Duration behind(Moment moment) {
    long start = moment.minuteEnd() - MINUTE_MILLIS;
    return Duration.ofMillis(Math.max(0, start - clock.millis()));
  }

  /** When a minute began, in milliseconds since 1970. */
  static long startOfMinute(long minute) {
    return minute * MINUTE_MILLIS;
  }

  static Moment at(long millis) {
    long minute = Math.floorDiv(millis, MINUTE_MILLIS);
    LocalDate date = LocalDate.ofInstant(Instant.ofEpochMilli(millis), WindowZone.ID);
    // Where clocks are set back across midnight, a date returns; its day is over all the same.
    if (millis >= start(date.plusDays(1))) {
      date = date.plusDays(1);
    }
    YearMonth month = YearMonth.from(date);
    return new Moment(
        minute,
        (minute + 1) * MINUTE_MILLIS,
        date.toEpochDay(),
        start(date.plusDays(1)),
        month.getYear() * 12L + month.getMonthValue(),
        start(month.plusMonths(1).atDay(1)));
  }

  private static long start(LocalDate date) {
    return date.atStartOfDay(WindowZone.ID).toInstant().toEpochMilli();
  }
}
