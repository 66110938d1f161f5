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
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.LedgerStats;
import kz.qaqpa.ledger.LedgerStats.DatabaseState;
import kz.qaqpa.ledger.LedgerStats.Lost;
import kz.qaqpa.ledger.RandomRecords;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.db.Databases;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.report.RefusalTotal;
import kz.qaqpa.ledger.report.UsageFilter;
import kz.qaqpa.ledger.spool.Spool;
import kz.qaqpa.ledger.write.DurableLedger.Timing;
import kz.qaqpa.ledger.write.FlakyDatabase.Mode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The ledger on the embedded database, which is made to fail in every way. */
class DurableLedgerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Timing TIMING =
      new Timing(Duration.ofMillis(5), Duration.ofSeconds(1), Duration.ofDays(1));
  private static final UsageFilter ALL =
      new UsageFilter(null, null, Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));
  private static final Comparator<UsageRecord> ORDER =
      Comparator.comparing(UsageRecord::at).thenComparing(UsageRecord::id);

  @TempDir Path folder;

  private final RandomGenerator random = new SplittableRandom(1);
  private FlakyDatabase database;
  private DurableLedger ledger;

  @BeforeEach
  void open() throws IOException {
    database = new FlakyDatabase(Databases.embedded(folder, 2));
    ledger = start(64 << 20, false);
  }

  @AfterEach
  void close() {
    ledger.close();
    database.close();
  }

  private DurableLedger start(long spoolBytes, boolean dropOldest) throws IOException {
    Spool spool =
        Spool.open(
            Files.createDirectories(folder.resolve("spool")),
            spoolBytes,
            dropOldest,
            InstantSource.system());
    return DurableLedger.start(database, spool, TIMING, InstantSource.system());
  }

  @Test
  void whatIsDurableIsInTheDatabase() {
    List<UsageRecord> records = records(500);
    Flux.fromIterable(records)
        .flatMap(record -> ledger.append(record).then(Mono.defer(() -> count(record.id()))), 100)
        .doOnNext(count -> assertThat(count).isOne())
        .blockLast(PATIENCE);
    assertThat(all()).isEqualTo(sorted(records));
    LedgerStats stats = ledger.stats();
    assertThat(stats.committed()).isEqualTo(500);
    assertThat(stats.lost()).isEqualTo(new Lost(0, 0, 0));
    assertThat(stats.database()).isEqualTo(DatabaseState.CLOSED);
    await(() -> ledger.stats().lagSeconds() == 0); // Known when the next group is looked for.
  }

  @Test
  void writingBeginsByItself_andGoesOnWithoutWhoeverAsked() {
    UsageRecord unasked = record();
    UsageRecord left = record();
    var _ = ledger.append(unasked);
    ledger.append(left).subscribe().dispose();
    await(() -> all().size() == 2);
  }

  @Test
  void whatIsWrittenTwiceCountsOnce() {
    UsageRecord record = record();
    for (int i = 0; i < 3; i++) {
      ledger.append(record).block(PATIENCE);
    }
    Flux.range(0, 20).flatMap(_ -> ledger.append(record)).blockLast(PATIENCE);
    ledger.settled(PATIENCE).block();
    assertThat(all()).containsExactly(record);
  }

  @Test
  void whatComesDuringACommitIsOneGroup() {
    database.be(Mode.HANGS);
    Mono<Void> first = ledger.append(record());
    await(() -> database.transactions().size() == 1);
    List<Mono<Void>> rest = Stream.generate(() -> ledger.append(record())).limit(200).toList();
    database.be(Mode.WORKS);
    first.block(PATIENCE); // By the spool: the commit took too long.
    Flux.merge(rest).blockLast(PATIENCE);
    await(() -> all().size() == 201);
    // The one that hung, and then at most: a try of the database, the first record, the others.
    assertThat(database.transactions().size()).isLessThanOrEqualTo(4);
  }

  @Test
  void textsThatNoDatabaseTakesStandInNobodysWay() {
    UsageRecord odd =
        new UsageRecord(
            "id",
            "a\0b\uD800" + "x".repeat(10_000),
            Instant.parse("2026-11-28T12:00:00.123456789Z"),
            record().who(),
            record().language(),
            record().charge(),
            1,
            new UsageRecord.Times(null, null, Duration.ofNanos(1234567)),
            "stop",
            null);
    ledger.append(odd).block(PATIENCE);
    ledger.settled(PATIENCE).block();
    UsageRecord kept = all().getFirst();
    assertThat(kept.requestId()).startsWith("a\uFFFDb?xxx").hasSize(512);
    assertThat(kept.at()).isEqualTo(Instant.parse("2026-11-28T12:00:00.123456Z"));
    assertThat(kept.times().total()).isEqualTo(Duration.ofNanos(1234000));
  }

  @Test
  void whileTheDatabaseIsAwayRecordsAreSpooled_andComeInTheirOrder() {
    database.be(Mode.FAILS);
    List<UsageRecord> records = records(400);
    for (UsageRecord record : records) {
      ledger.append(record).block(PATIENCE);
    }
    assertThat(all()).isEmpty();
    LedgerStats away = ledger.stats();
    assertThat(away.spooled().records()).isEqualTo(400);
    assertThat(away.lagSeconds()).isPositive();
    assertThat(away.database()).isNotEqualTo(DatabaseState.CLOSED);
    assertThat(away.failures()).isPositive();
    assertThat(ledger.full()).isNull();
    database.transactions().clear();
    database.be(Mode.WORKS);
    ledger.settled(PATIENCE).block();
    assertThat(all()).isEqualTo(sorted(records));
    assertThat(writtenIds()).containsExactlyElementsOf(ids(records));
    assertThat(ledger.stats().committed()).isEqualTo(400);
    await(() -> ledger.stats().database() == DatabaseState.CLOSED);
    UsageRecord next = record();
    ledger.append(next).block(PATIENCE);
    assertThat(ledger.stats().spooled().records()).isZero();
  }

  @Test
  void aReadingOfWhatIsStillSpooledSaysSo() {
    database.be(Mode.FAILS);
    ledger.append(record()).block(PATIENCE);
    assertThatThrownBy(() -> ledger.settled(Duration.ofMillis(100)).block())
        .isInstanceOf(LedgerFailure.class)
        .hasMessage(
            "ledger: 1 records are not in the database yet (expected: none); try again later");
  }

  @Test
  void aLostReplyDoublesNothing() {
    for (Mode mode : List.of(Mode.LOSES_REPLIES, Mode.HANGS_AFTERWARDS)) {
      database.be(mode);
      Flux.fromIterable(records(50)).flatMap(ledger::append, 10).blockLast(PATIENCE);
      database.be(Mode.WORKS);
      ledger.settled(PATIENCE).block();
    }
    assertThat(all()).hasSize(100).doesNotHaveDuplicates();
  }

  @Test
  void aDatabaseThatDoesNotAnswerHoldsNobodyForLong() {
    database.be(Mode.HANGS);
    for (int i = 0; i < 20; i++) {
      ledger.append(record()).block(PATIENCE); // Only the first waits for the timeout.
    }
    assertThat(ledger.stats().spooled().records()).isEqualTo(20);
  }

  @Test
  void whatWasSpooledSurvivesARestart() throws IOException {
    database.be(Mode.FAILS);
    List<UsageRecord> records = records(300);
    Flux.fromIterable(records).flatMap(ledger::append, 300).blockLast(PATIENCE);
    ledger.close();
    database.be(Mode.WORKS);
    ledger = start(64 << 20, false);
    assertThat(reader().records(ALL).collectList().block(PATIENCE)).isEqualTo(sorted(records));
  }

  @Test
  void aFullSpoolIsToldBeforeItIsUsedUp() throws IOException {
    ledger.close();
    ledger = start(64 << 10, false);
    database.be(Mode.FAILS);
    int kept = 0;
    while (ledger.full() == null) {
      ledger.append(record()).block(PATIENCE);
      kept++;
    }
    assertThat(ledger.full()).isEqualTo("the spool is full");
    int more = 0;
    try {
      while (true) {
        ledger.append(record()).block(PATIENCE);
        more++;
      }
    } catch (LedgerFailure e) {
      assertThat(e).hasMessage("ledger: the database is away and the spool is full");
    }
    assertThat(more).isGreaterThan(10); // Those that were let in before still found room.
    assertThat(ledger.stats().lost()).isEqualTo(new Lost(0, 1, 0));
    database.be(Mode.WORKS);
    ledger.settled(PATIENCE).block();
    assertThat(all()).hasSize(kept + more);
    assertThat(ledger.full()).isNull();
  }

  @Test
  void orTheOldestAreDropped_andCounted() throws IOException {
    ledger.close();
    ledger = start(64 << 10, true);
    database.be(Mode.FAILS);
    List<UsageRecord> records = records(500);
    for (UsageRecord record : records) {
      ledger.append(record).block(PATIENCE);
      assertThat(ledger.full()).isNull();
    }
    int dropped = Math.toIntExact(ledger.stats().lost().dropped());
    assertThat(dropped).isPositive();
    database.be(Mode.WORKS);
    ledger.settled(PATIENCE).block();
    assertThat(all()).isEqualTo(sorted(records.subList(dropped, 500)));
  }

  @Test
  void whatIsBehindTakesNoNewWork() {
    database.be(Mode.HANGS);
    List<Mono<Void>> waiting = new ArrayList<>();
    while (ledger.full() == null) {
      waiting.add(ledger.append(record()));
    }
    assertThat(ledger.full()).isIn("the ledger is behind", "the spool is full");
    assertThat(waiting.size()).isLessThan(GroupQueue.CAPACITY * 4);
    Flux.merge(Flux.fromIterable(waiting), 1024).blockLast(PATIENCE);
  }

  @Test
  void refusalsAreARowForEachMinute() {
    Instant minute = Instant.parse("2026-11-28T12:00:00Z");
    for (int i = 0; i < 100; i++) {
      ledger.refused("minfin", "tax-chat", "rate_limit", minute.plusMillis(i * 599L));
      ledger.refused("minfin", "archive", "draining", minute.plusSeconds(60));
    }
    // Rows may be written in the middle of the counting, and are added up.
    await(() -> refusals().stream().mapToLong(RefusalTotal::requests).sum() == 200);
    assertThat(refusals())
        .containsExactly(
            new RefusalTotal(minute, "minfin", "tax-chat", "rate_limit", 100),
            new RefusalTotal(minute.plusSeconds(60), "minfin", "archive", "draining", 100));
    ledger.refused("minfin", "tax-chat", "rate_limit", minute); // Late.
    await(() -> refusals().getFirst().requests() == 101);
  }

  @Test
  void refusalsOfThisMinuteWaitForItsEnd_orThatOfTheProcess() throws IOException {
    Instant future = Instant.now().plusSeconds(3600);
    ledger.refused("minfin", "tax-chat", "rate_limit", future);
    assertThat(refusals()).isEmpty();
    ledger.close();
    assertThat(refusals()).hasSize(1);
    ledger = start(64 << 20, false);
  }

  @Test
  void refusalsWaitForTheDatabase() {
    database.be(Mode.LOSES_REPLIES);
    Instant minute = Instant.parse("2026-11-28T12:00:00Z");
    for (int i = 0; i < 60_000; i++) { // More keys than are kept apart.
      ledger.refused("agency" + i, "app", "rate_limit", minute);
    }
    await(() -> ledger.stats().failures() > 0);
    database.be(Mode.WORKS);
    await(() -> refusals().stream().mapToLong(RefusalTotal::requests).sum() == 60_000);
    assertThat(refusals().size()).isLessThan(60_000);
    assertThat(refusals().getFirst().agency()).isEqualTo("*");
  }

  @Test
  void closingWritesWhatIsThere_andTakesNoMore() throws IOException {
    List<UsageRecord> records = records(2000);
    List<Mono<Void>> told = records.stream().map(ledger::append).toList();
    ledger.close();
    Flux.merge(Flux.fromIterable(told), 1024).blockLast(PATIENCE);
    assertThatThrownBy(() -> ledger.append(record()).block(PATIENCE))
        .isInstanceOf(LedgerFailure.class)
        .hasMessage("ledger: too many records wait, or it is closed");
    ledger = start(64 << 20, false);
    ledger.settled(PATIENCE).block(); // On a slow disk a part of them is in the spool.
    assertThat(all()).hasSize(2000);
  }

  @Test
  void whateverTheDatabaseDoes_whatWasToldIsThereOnce() {
    Seeds.forRandom(
        TestSize.tries(3, 50),
        seeded -> {
          ConcurrentHashMap<String, UsageRecord> told = new ConcurrentHashMap<>();
          List<UsageRecord> records =
              Stream.generate(() -> RandomRecords.any(seeded)).limit(1500).toList();
          AtomicBoolean over = new AtomicBoolean();
          Thread switching = Thread.ofPlatform().start(() -> switchUntil(over));
          Flux.fromIterable(records)
              .flatMap(
                  record -> ledger.append(record).doOnSuccess(_ -> told.put(record.id(), record)),
                  64)
              .blockLast(PATIENCE);
          over.set(true);
          switching.join(); // It would switch once more.
          database.be(Mode.WORKS);
          ledger.settled(PATIENCE).block();
          List<UsageRecord> all = all();
          assertThat(all).doesNotHaveDuplicates().containsAll(told.values());
        });
  }

  private void switchUntil(AtomicBoolean over) {
    Mode[] modes = Mode.values();
    while (!over.get()) {
      database.be(modes[ThreadLocalRandom.current().nextInt(modes.length)]);
      LockSupport.parkNanos(40_000_000);
    }
  }

  private static List<String> ids(List<UsageRecord> records) {
    return records.stream().map(UsageRecord::id).toList();
  }

  /** In the order in which they were first written. */
  private Stream<String> writtenIds() {
    return database.transactions().stream()
        .flatMap(List::stream)
        .flatMap(statement -> statement.parameters().stream())
        .filter(String.class::isInstance)
        .map(String.class::cast)
        .filter(text -> text.startsWith("chatcmpl-"))
        .distinct();
  }

  private UsageRecord record() {
    return RandomRecords.any(random);
  }

  private List<UsageRecord> records(int count) {
    return Stream.generate(this::record).limit(count).toList();
  }

  private static List<UsageRecord> sorted(List<UsageRecord> records) {
    return records.stream().sorted(ORDER).toList();
  }

  private LedgerReader reader() {
    return new LedgerReader(database, () -> ledger.settled(PATIENCE));
  }

  /** As the database has it, whatever is spooled. */
  private List<UsageRecord> all() {
    LedgerReader reader = new LedgerReader(database, Mono::empty);
    return Objects.requireNonNull(reader.records(ALL).collectList().block(PATIENCE));
  }

  private List<RefusalTotal> refusals() {
    return Objects.requireNonNull(reader().refusals(ALL).collectList().block(PATIENCE));
  }

  private Mono<Long> count(String id) {
    return database
        .query(row -> row.number("n"), "select count(*) as n from usage_record where id = ?", id)
        .next();
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(10_000_000);
    }
  }
}
