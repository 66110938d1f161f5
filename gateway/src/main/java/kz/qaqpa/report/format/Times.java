package kz.qaqpa.report.format;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import kz.qaqpa.report.Bucket;

/** Instants as reports write them: RFC 3339 with Almaty's offset. Functions only. */
final class Times {
  private Times() {}

  static String text(OffsetDateTime time) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
  }

  static String text(Instant at) {
    return text(at.atZone(Bucket.ZONE).toOffsetDateTime());
  }
}
