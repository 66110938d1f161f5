package kz.qaqpa.http.usage;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.report.Bucket;

/** Times as requests write them: dates of Almaty, or RFC 3339. Functions only. */
public final class ReportTime {
  private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");
  private static final Pattern INSTANT =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
              + "([Zz]|[+-][0-9]{2}:[0-9]{2})");
  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

  private ReportTime() {}

  /**
   * The instant that a parameter names; a date begins at midnight in Almaty.
   *
   * @throws Refusal.BadRequest if it is no time of the years 2000 to 2199
   */
  public static Instant of(String name, String text) {
    Instant at;
    // An unescaped plus sign of an offset arrives as a space.
    String plus = text.length() > 10 ? text.replace(' ', '+') : text;
    try {
      if (DATE.matcher(text).matches()) {
        at = start(LocalDate.parse(text));
      } else if (INSTANT.matcher(plus).matches()) {
        at = OffsetDateTime.parse(plus).toInstant();
      } else {
        throw bad(name, text);
      }
    } catch (DateTimeException e) {
      throw bad(name, text);
    }
    if (at.isBefore(EARLIEST) || !at.isBefore(LATEST)) {
      throw Refusal.BadRequest.value(name, Shown.text(text), "a time of the years 2000 to 2199");
    }
    return at;
  }

  /** When a date begins in Almaty. */
  public static Instant start(LocalDate date) {
    return date.atStartOfDay(Bucket.ZONE).toInstant();
  }

  private static Refusal.BadRequest bad(String name, String text) {
    return Refusal.BadRequest.value(
        name,
        Shown.text(text),
        "a date such as 2026-11-01, in Almaty, or a time such as 2026-11-01T09:30:00Z");
  }
}
