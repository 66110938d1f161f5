package kz.qaqpa.ledger.write;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRecord.Times;
import kz.qaqpa.ledger.UsageRecord.Who;
import kz.qaqpa.ledger.db.StoredText;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a record one that every database takes, so that none can stand in the way of those
 * behind it: no U+0000, no half of a surrogate pair, texts of bounded length, times to the
 * microsecond. Functions only.
 */
final class CleanRecord {
  /** Code units; ids of requests come from clients. */
  private static final int LONGEST = 512;

  private CleanRecord() {}

  static UsageRecord of(UsageRecord record) {
    Who who = record.who();
    Times times = record.times();
    return new UsageRecord(
        text(record.id()),
        text(record.requestId()),
        record.at().truncatedTo(ChronoUnit.MICROS),
        new Who(text(who.agency()), text(who.application()), text(who.model())),
        record.language(),
        record.charge(),
        record.cachedTokens(),
        new Times(time(times.queue()), time(times.firstToken()), micros(times.total())),
        text(record.finish()),
        record.labelId() == null ? null : text(record.labelId()));
  }

  static String text(String text) {
    return StoredText.of(text.length() > LONGEST ? text.substring(0, LONGEST) : text);
  }

  private static @Nullable Duration time(@Nullable Duration time) {
    return time == null ? null : micros(time);
  }

  private static Duration micros(Duration time) {
    return time.truncatedTo(ChronoUnit.MICROS);
  }
}
