package kz.qaqpa.ledger;

import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.UsageRecord.Who;
import kz.qaqpa.ledger.spool.Entry;
import org.jspecify.annotations.Nullable;

/** Labels as answers leave them. Functions only. */
public final class RandomLabels {
  private static final List<String> RISKS = List.of("minimal", "medium", "high");

  private RandomLabels() {}

  /** A record with the label of its answer, or, one time in five, without. */
  public static Entry on(UsageRecord record, RandomGenerator random) {
    return random.nextInt(5) == 0 ? with(record, null) : labelled(record, random);
  }

  /** A record with the label of its answer. */
  public static Entry labelled(UsageRecord record, RandomGenerator random) {
    return with(record, label(record.at(), record.who(), random));
  }

  /** A record with a certain label. */
  public static Entry with(UsageRecord record, @Nullable IssuedLabel label) {
    return new Entry(
        new UsageRecord(
            record.id(),
            record.requestId(),
            record.at(),
            record.who(),
            record.language(),
            record.charge(),
            record.cachedTokens(),
            record.times(),
            record.finish(),
            label == null ? null : label.id()),
        label);
  }

  private static IssuedLabel label(Instant at, Who who, RandomGenerator random) {
    String id = Ulid.next(at);
    return new IssuedLabel(
        id,
        at,
        who,
        RISKS.get(random.nextInt(RISKS.size())),
        "append",
        "kk",
        IntStream.range(0, 1 + random.nextInt(3))
            .mapToObj(_ -> TextHash.of("жауап " + random.nextLong()))
            .toList(),
        "{\"v\":1,\"id\":\"" + id + "\",\"иегер\":\"«Қаржы» 💰 \\\\ " + random.nextInt() + "\"}",
        random.nextInt(10) == 0 ? null : "eyJhbGciOiJFZERTQSJ9.." + Long.toHexString(1L << 60));
  }
}
