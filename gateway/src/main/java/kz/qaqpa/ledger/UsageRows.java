package kz.qaqpa.ledger;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord.Charge;
import kz.qaqpa.ledger.UsageRecord.Times;
import kz.qaqpa.ledger.UsageRecord.Who;
import kz.qaqpa.ledger.db.Row;
import kz.qaqpa.ledger.db.Statement;
import org.jspecify.annotations.Nullable;

/** Records as rows of the table {@code usage_record}, and back. Functions only. */
public final class UsageRows {
  private static final List<String> COLUMNS =
      List.of(
          "at",
          "id",
          "request_id",
          "agency",
          "application",
          "model",
          "language",
          "prompt_tokens",
          "cached_tokens",
          "output_tokens",
          "prompt_characters",
          "output_characters",
          "queue_micros",
          "first_token_micros",
          "total_micros",
          "finish",
          "label_id");

  private UsageRows() {}

  /** Statements that write records; those that are there already stay as they are. */
  public static List<Statement> insert(List<UsageRecord> records) {
    List<List<@Nullable Object>> rows = records.stream().map(UsageRows::values).toList();
    return Statement.insert("usage_record", COLUMNS, rows, "on conflict do nothing");
  }

  private static List<@Nullable Object> values(UsageRecord record) {
    Who who = record.who();
    Charge charge = record.charge();
    Times times = record.times();
    return Arrays.asList(
        record.at(),
        record.id(),
        record.requestId(),
        who.agency(),
        who.application(),
        who.model(),
        record.language().tag(),
        charge.promptTokens(),
        (long) record.cachedTokens(),
        charge.outputTokens(),
        charge.promptCharacters(),
        charge.outputCharacters(),
        micros(times.queue()),
        micros(times.firstToken()),
        micros(times.total()),
        record.finish(),
        record.labelId());
  }

  /** A row of the table, whole. */
  public static UsageRecord record(Row row) {
    return new UsageRecord(
        row.string("id"),
        row.string("request_id"),
        row.instant("at"),
        new Who(row.string("agency"), row.string("application"), row.string("model")),
        Language.of(row.string("language")),
        new Charge(
            row.number("prompt_tokens"),
            row.number("prompt_characters"),
            row.number("output_tokens"),
            row.number("output_characters")),
        Math.toIntExact(row.number("cached_tokens")),
        new Times(
            duration(row.numberOrNull("queue_micros")),
            duration(row.numberOrNull("first_token_micros")),
            Duration.of(row.number("total_micros"), ChronoUnit.MICROS)),
        row.string("finish"),
        row.stringOrNull("label_id"));
  }

  private static @Nullable Long micros(@Nullable Duration duration) {
    return duration == null ? null : TimeUnit.MICROSECONDS.convert(duration);
  }

  private static @Nullable Duration duration(@Nullable Long micros) {
    return micros == null ? null : Duration.of(micros, ChronoUnit.MICROS);
  }
}
