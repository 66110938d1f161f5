package kz.qaqpa.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.RandomLabels;
import kz.qaqpa.ledger.RandomRecords;
import kz.qaqpa.ledger.db.Databases;
import kz.qaqpa.ledger.label.LabelReader;
import kz.qaqpa.ledger.spool.Entry;
import kz.qaqpa.ledger.spool.Spool;
import kz.qaqpa.ledger.write.DurableLedger.Timing;
import kz.qaqpa.ledger.write.FlakyDatabase.Mode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Labels in the ledger: with their records or not at all, once, and until they are old. */
class LabelLedgerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Timing TIMING =
      new Timing(Duration.ofMillis(5), Duration.ofSeconds(30), Duration.ofDays(30));
  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

  @TempDir Path folder;

  private final RandomGenerator random = new SplittableRandom(1);
  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private FlakyDatabase database;
  private DurableLedger ledger;

  @BeforeEach
  void open() throws IOException {
    database = new FlakyDatabase(Databases.embedded(folder, 2));
    ledger = start();
  }

  @AfterEach
  void close() {
    ledger.close();
    database.close();
  }

  private DurableLedger start() throws IOException {
    InstantSource clock = now::get;
    Path spools = Files.createDirectories(folder.resolve("spool"));
    Spool spool = Spool.open(spools, 64 << 20, false, clock);
    return DurableLedger.start(database, spool, TIMING, clock);
  }

  @Test
  void aLabelIsThereWithItsRecord_byteForByte_once() {
    Entry entry = entry();
    for (int i = 0; i < 3; i++) {
      append(entry);
    }
    Flux.range(0, 20)
        .flatMap(_ -> ledger.append(entry.record(), entry.label()))
        .blockLast(PATIENCE);
    assertIsThere(entry);
    assertThat(count("label")).isOne();
    assertThat(count("label_content")).isEqualTo(label(entry).contentSha256().size());
  }

  @Test
  void throughTheSpoolAndARestart() throws IOException {
    database.be(Mode.FAILS);
    List<Entry> entries = entries(100);
    Flux.fromIterable(entries)
        .flatMap(entry -> ledger.append(entry.record(), entry.label()), 100)
        .blockLast(PATIENCE);
    assertThat(count("label")).isZero();
    ledger.close();
    database.be(Mode.WORKS);
    ledger = start();
    ledger.settled(PATIENCE).block();
    entries.forEach(this::assertIsThere);
  }

  @Test
  void aLostReplyDoublesNothing() {
    database.be(Mode.LOSES_REPLIES);
    List<Entry> entries = entries(20);
    Flux.fromIterable(entries)
        .flatMap(entry -> ledger.append(entry.record(), entry.label()), 10)
        .blockLast(PATIENCE);
    database.be(Mode.WORKS);
    ledger.settled(PATIENCE).block();
    assertThat(count("label")).isEqualTo(20);
    assertThat(count("usage_record")).isEqualTo(20);
  }

  @Test
  void theLongestLabelGoesThroughTheSpool() {
    String payload = "{\"x\":\"" + "\\\"".repeat((1 << 15) - 4) + "\"}";
    Entry entry = with(payload, "a..b");
    database.be(Mode.FAILS);
    append(entry);
    database.be(Mode.WORKS);
    ledger.settled(PATIENCE).block();
    assertIsThere(entry);
  }

  @Test
  void whatCannotBeKeptAsItWasSignedIsRefused_withItsRecord() {
    Entry good = entry();
    IssuedLabel label = label(good);
    List<IssuedLabel> bad = new ArrayList<>();
    for (String payload :
        List.of("", "{\"a\":\"\0\"}", "{\"a\":\"\uD800\"}", "ү".repeat(1 << 15) + " ")) {
      bad.add(label(with(payload, "a..b")));
    }
    for (String signature : List.of("", "a.b", "a.b.c", "a..b\n", "ә..b", "a..b.")) {
      bad.add(label(with("{}", signature)));
    }
    bad.add(withHashes(label, List.of("A".repeat(64))));
    bad.add(withHashes(label, Collections.nCopies(513, "a".repeat(64))));
    for (IssuedLabel one : bad) {
      Entry entry = RandomLabels.with(good.record(), one);
      assertThatThrownBy(() -> append(entry))
          .isInstanceOf(LedgerFailure.class)
          .hasMessageStartingWith("ledger: a label cannot be kept: ");
    }
    assertThatThrownBy(() -> ledger.append(entry().record(), label).block(PATIENCE))
        .hasMessage("ledger: a label cannot be kept: id (expected: that of the record, a ULID)");
    assertThat(count("usage_record")).isZero();
    assertThat(count("label")).isZero();
  }

  @Test
  void oldLabelsGo_recordsStay_commitsGoOn() {
    List<Entry> entries = entries(3 * LabelRetention.BATCH + 7); // All of one month.
    Flux.fromIterable(entries)
        .flatMap(entry -> ledger.append(entry.record(), entry.label()), 256)
        .blockLast(PATIENCE);
    assertThat(count("label")).isEqualTo(entries.size());
    now.set(NOW.plus(Duration.ofDays(15)));
    long left = left(entries);
    assertThat(left).isPositive().isLessThan(entries.size());
    while (count("label") > left) {
      append(RandomLabels.with(RandomRecords.any(random), null));
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(count("label")).isEqualTo(left);
    assertThat(count("label_content c left join label l on l.id = c.label_id where l.id is null"))
        .isZero();
    assertThat(count("label l join label_content c on l.id = c.label_id where c.choice = 0"))
        .isEqualTo(left);
    assertThat(count("usage_record where label_id is not null")).isEqualTo(entries.size());
    now.set(NOW.plus(Duration.ofDays(60)));
    await(() -> count("label") == 0);
    assertThat(count("label_content")).isZero();
    assertThat(ledger.stats().failures()).isZero();
  }

  private long left(List<Entry> entries) {
    Instant oldest = now.get().minus(TIMING.labelRetention());
    return entries.stream().filter(entry -> !entry.record().at().isBefore(oldest)).count();
  }

  private void append(Entry entry) {
    ledger.append(entry.record(), entry.label()).block(PATIENCE);
  }

  private void assertIsThere(Entry entry) {
    LabelReader reader = new LabelReader(database, Mono::empty);
    IssuedLabel label = label(entry);
    var found = Objects.requireNonNull(reader.find(label.id()).block(PATIENCE));
    assertThat(found.payload()).isEqualTo(label.payload());
    assertThat(found.signature()).isEqualTo(label.signature());
    assertThat(reader.record(label.id()).block(PATIENCE)).isEqualTo(entry.record());
  }

  private static IssuedLabel label(Entry entry) {
    return Objects.requireNonNull(entry.label());
  }

  private Entry entry() {
    return RandomLabels.labelled(RandomRecords.any(random), random);
  }

  private List<Entry> entries(int count) {
    return Stream.generate(this::entry).limit(count).toList();
  }

  private Entry with(String payload, @Nullable String signature) {
    IssuedLabel label = label(entry());
    return RandomLabels.with(
        RandomRecords.any(random),
        new IssuedLabel(
            label.id(),
            label.at(),
            label.who(),
            label.risk(),
            label.notice(),
            label.language(),
            label.contentSha256(),
            payload,
            signature));
  }

  private static IssuedLabel withHashes(IssuedLabel label, List<String> hashes) {
    return new IssuedLabel(
        label.id(),
        label.at(),
        label.who(),
        label.risk(),
        label.notice(),
        label.language(),
        hashes,
        label.payload(),
        label.signature());
  }

  private long count(String from) {
    return Objects.requireNonNull(
        database
            .query(row -> row.number("n"), "select count(*) as n from " + from)
            .blockFirst(PATIENCE));
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
