package kz.qaqpa.ledger.write;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRecord.Times;
import kz.qaqpa.ledger.UsageRecord.Who;
import kz.qaqpa.ledger.db.StoredText;
import kz.qaqpa.ledger.spool.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a record one that every database takes, so that none can stand in the way of those
 * behind it: no U+0000, no half of a surrogate pair, texts of bounded length, times to the
 * microsecond. What was signed cannot be changed so; it is taken as it is, or not at all. Functions
 * only.
 */
final class CleanRecord {
  /** Code units; ids of requests come from clients. */
  private static final int LONGEST = 512;

  /** Bytes; in a spool its quotes take two. */
  private static final int LONGEST_PAYLOAD = 1 << 16;

  private static final int MOST_CHOICES = 512;
  private static final Pattern SIGNATURE =
      Pattern.compile("[A-Za-z0-9_-]{1,1024}\\.\\.[A-Za-z0-9_-]{1,1024}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private CleanRecord() {}

  /**
   * A record with its label.
   *
   * @throws LedgerFailure naming what of the label cannot be kept; the label is a mistake of ours
   */
  static Entry of(UsageRecord record, @Nullable IssuedLabel label) {
    return new Entry(of(record), label == null ? null : of(label, record.labelId()));
  }

  /** Limits that are far from what labels have, and together far from the longest frame. */
  private static IssuedLabel of(IssuedLabel label, @Nullable String id) {
    require(Ulid.matches(label.id()) && label.id().equals(id), "id", "that of the record, a ULID");
    String payload = label.payload();
    boolean plain = payload.chars().noneMatch(c -> c < ' ' && "\t\n\r".indexOf(c) < 0);
    require(plain && StoredText.of(payload).equals(payload), "payload", "JSON");
    require(
        !payload.isEmpty() && payload.getBytes(StandardCharsets.UTF_8).length <= LONGEST_PAYLOAD,
        "payload",
        "1 to " + LONGEST_PAYLOAD + " bytes");
    String signature = label.signature();
    require(
        signature == null || SIGNATURE.matcher(signature).matches(),
        "signature",
        "a JWS without its payload");
    require(
        label.contentSha256().size() <= MOST_CHOICES
            && label.contentSha256().stream().allMatch(hash -> HASH.matcher(hash).matches()),
        "contentSha256",
        "at most " + MOST_CHOICES + " times 64 of 0-9 a-f");
    return new IssuedLabel(
        label.id(),
        label.at().truncatedTo(ChronoUnit.MICROS),
        who(label.who()),
        text(label.risk()),
        text(label.notice()),
        text(label.language()),
        label.contentSha256(),
        payload,
        signature);
  }

  private static void require(boolean condition, String field, String expected) {
    if (!condition) {
      throw new LedgerFailure(
          "ledger: a label cannot be kept: " + field + " (expected: " + expected + ")");
    }
  }

  private static Who who(Who who) {
    return new Who(text(who.agency()), text(who.application()), text(who.model()));
  }

  static UsageRecord of(UsageRecord record) {
    Times times = record.times();
    return new UsageRecord(
        text(record.id()),
        text(record.requestId()),
        record.at().truncatedTo(ChronoUnit.MICROS),
        who(record.who()),
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
