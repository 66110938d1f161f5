package kz.qaqpa.report;

import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import kz.qaqpa.admission.quota.WindowZone;

/** How long the times are that a report sums up: hours, days and months of Almaty's clock. */
public enum Bucket {
  /** From full hour to full hour. */
  HOUR("uuuu-MM-dd'T'HH:mmxxx"),
  /** Days as quotas have them. */
  DAY("uuuu-MM-dd"),
  /** Months as quotas have them. */
  MONTH("uuuu-MM");

  /** Where reports and quotas read the clock. */
  public static final ZoneId ZONE = WindowZone.ID;

  private final DateTimeFormatter label;

  Bucket(String label) {
    this.label = DateTimeFormatter.ofPattern(label, Locale.ROOT);
  }

  /** As requests write it: {@code hour}, {@code day} or {@code month}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * One such time.
   *
   * @param start its beginning, included
   * @param end its end, excluded
   * @param label as people write it: {@code 2026-11}, {@code 2026-11-03}, {@code
   *     2026-11-03T14:00+05:00}
   */
  public record Span(OffsetDateTime start, Instant end, String label) {
    /** Whether an instant is before the end. */
    boolean contains(Instant at) {
      return at.isBefore(end) && !at.isBefore(start.toInstant());
    }
  }

  /** The one that an instant is in. */
  public Span at(Instant at) {
    ZonedDateTime start =
        switch (this) {
          case HOUR -> at.atZone(ZONE).truncatedTo(ChronoUnit.HOURS);
          case DAY -> day(at).atStartOfDay(ZONE);
          case MONTH -> day(at).withDayOfMonth(1).atStartOfDay(ZONE);
        };
    ZonedDateTime end =
        switch (this) {
          case HOUR -> start.plusHours(1);
          case DAY -> start.toLocalDate().plusDays(1).atStartOfDay(ZONE);
          case MONTH -> start.toLocalDate().plusMonths(1).atStartOfDay(ZONE);
        };
    return new Span(start.toOffsetDateTime(), end.toInstant(), label.format(start));
  }

  /** Where clocks are set back across midnight, a date returns; its day is over all the same. */
  private static LocalDate day(Instant at) {
    LocalDate date = LocalDate.ofInstant(at, ZONE);
    LocalDate next = date.plusDays(1);
    return at.isBefore(next.atStartOfDay(ZONE).toInstant()) ? date : next;
  }
}
