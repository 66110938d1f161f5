package kz.qaqpa.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord.Charge;
import kz.qaqpa.ledger.UsageRecord.Times;
import kz.qaqpa.ledger.UsageRecord.Who;
import org.jspecify.annotations.Nullable;

/** Records as requests leave them. Functions only. */
public final class RandomRecords {
  private static final List<String> FINISHES = List.of("stop", "length", "abort", "internal_error");

  private static final List<Language> LANGUAGES = List.of(Language.values());

  private RandomRecords() {}

  /** Any record of a month, of a few agencies. */
  public static UsageRecord any(RandomGenerator random) {
    return at(
        random, Instant.parse("2026-11-01T00:00:00Z").plusMillis(random.nextLong(2_592_000_000L)));
  }

  /** A record of a moment. */
  public static UsageRecord at(RandomGenerator random, Instant at) {
    return new UsageRecord(
        "chatcmpl-" + new UUID(random.nextLong(), random.nextLong()),
        "сұрау-" + random.nextInt(),
        at,
        new Who("agency" + random.nextInt(4), "app" + random.nextInt(3), "kaz-mini"),
        LANGUAGES.get(random.nextInt(LANGUAGES.size())),
        new Charge(
            random.nextLong(5000),
            random.nextLong(20_000),
            random.nextLong(500),
            random.nextLong(2000)),
        random.nextInt(100),
        new Times(
            micros(random), micros(random), Duration.ofNanos(1000 * random.nextLong(9_000_000))),
        FINISHES.get(random.nextInt(FINISHES.size())),
        random.nextBoolean() ? null : "label-" + random.nextInt());
  }

  private static @Nullable Duration micros(RandomGenerator random) {
    return random.nextBoolean() ? null : Duration.ofNanos(1000 * random.nextLong(9_000_000));
  }
}
