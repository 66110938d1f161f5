package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.Ledgers;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A restart empties no window: what the ledger has of today and this month is counted again. */
class PastChargesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** In Almaty: 1 December, one minute past midnight. */
  private static final Instant NOW = Instant.parse("2026-11-30T19:01:00Z");

  @TempDir private Path folder;

  @Test
  void countersAreThoseOfTodayAndThisMonth() {
    try (Ledgers ledgers = LedgerTuning.open(LedgerTuning.embedded(folder))) {
      write(ledgers, "last-month", "2026-11-30T18:59:59Z", "minfin", "chat", 1000);
      write(ledgers, "today-1", "2026-11-30T19:00:00Z", "minfin", "chat", 20);
      write(ledgers, "today-2", "2026-11-30T19:00:30Z", "minfin", "other", 5);
      write(ledgers, "elsewhere", "2026-11-30T19:00:30Z", "kgd", "chat", 7);
      QuotaBook book = book(NOW);
      past(ledgers, NOW).restore(book, PATIENCE);
      assertThat(used(book, "minfin", "chat"))
          .containsEntry(Counter.TOKENS_PER_DAY, 20L)
          .containsEntry(Counter.CHARACTERS_PER_DAY, 60L)
          .containsEntry(Counter.TOKENS_PER_MONTH, 20L)
          .containsEntry(Counter.TOKENS_PER_MINUTE, 0L);
      assertThat(used(book, "minfin", null)).containsEntry(Counter.TOKENS_PER_MONTH, 25L);
      assertThat(used(book, "kgd", null)).containsEntry(Counter.TOKENS_PER_DAY, 7L);
    }
  }

  @Test
  void aDayLater_onlyTheMonthHasThem() {
    try (Ledgers ledgers = LedgerTuning.open(LedgerTuning.embedded(folder))) {
      write(ledgers, "yesterday", "2026-11-30T19:00:00Z", "minfin", "chat", 20);
      Instant tomorrow = NOW.plus(Duration.ofDays(1));
      QuotaBook book = book(tomorrow);
      past(ledgers, tomorrow).restore(book, PATIENCE);
      assertThat(used(book, "minfin", "chat"))
          .containsEntry(Counter.TOKENS_PER_DAY, 0L)
          .containsEntry(Counter.TOKENS_PER_MONTH, 20L);
    }
  }

  @Test
  void untilThatIsKnown_nobodyIsLetIn() {
    Ledgers ledgers = LedgerTuning.open(LedgerTuning.embedded(folder));
    PastCharges past = past(ledgers, NOW);
    ledgers.close();
    MemoryLedger ledger = new MemoryLedger();
    assertThat(past.guarding(ledger).full()).isNull();
    past.restore(book(NOW), Duration.ofMillis(500));
    assertThat(past.guarding(ledger).full()).contains("quotas: not known yet");
  }

  private static PastCharges past(Ledgers ledgers, Instant now) {
    return new PastCharges(ledgers.reader(), InstantSource.fixed(now));
  }

  private static QuotaBook book(Instant now) {
    return new QuotaBook(InstantSource.fixed(now), System::nanoTime);
  }

  private static Map<Counter, Long> used(QuotaBook book, String agency, @Nullable String app) {
    return book.readings(agency, app).stream()
        .collect(Collectors.toMap(QuotaStore.Reading::counter, QuotaStore.Reading::settled));
  }

  private static void write(
      Ledgers ledgers, String id, String at, String agency, String application, long tokens) {
    Objects.requireNonNull(ledgers.ledger())
        .append(
            new UsageRecord(
                id,
                id,
                Instant.parse(at),
                new UsageRecord.Who(agency, application, "kaz-mini"),
                Language.KK,
                new UsageRecord.Charge(tokens, 2 * tokens, 0, tokens),
                0,
                new UsageRecord.Times(null, null, Duration.ofMillis(5)),
                "stop",
                null))
        .block(PATIENCE);
  }
}
