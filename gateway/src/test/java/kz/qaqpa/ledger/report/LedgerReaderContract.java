package kz.qaqpa.ledger.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.ledger.RandomRecords;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRows;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** What reading has to do on either database. */
abstract class LedgerReaderContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant END = Instant.parse("2026-12-01T00:00:00Z");
  private static final Comparator<UsageRecord> ORDER =
      Comparator.comparing(UsageRecord::at).thenComparing(UsageRecord::id);

  abstract Database database();

  @BeforeEach
  void empty() {
    database().update("delete from usage_record").block(PATIENCE);
    database().update("delete from refusal").block(PATIENCE);
  }

  private LedgerReader reader() {
    return new LedgerReader(database(), Mono::empty);
  }

  @Test
  void recordsComeInOrder_ofWhomeverIsMeant() {
    Seeds.forRandom(
        TestSize.tries(1, 20),
        random -> {
          empty();
          List<UsageRecord> all = write(random, 2300);
          for (UsageFilter filter :
              List.of(
                  new UsageFilter(null, null, BEGIN, END),
                  new UsageFilter("agency1", null, BEGIN, END),
                  new UsageFilter("agency2", "app0", BEGIN, END),
                  new UsageFilter("nobody", null, BEGIN, END),
                  new UsageFilter("agency1", null, all.get(7).at(), all.get(2000).at()))) {
            assertThat(list(filter)).isEqualTo(all.stream().filter(r -> meant(filter, r)).toList());
          }
        });
  }

  @Test
  void recordsOfOneMomentComeOnceEach() {
    RandomGenerator random = new SplittableRandom(3);
    Instant at = Instant.parse("2026-11-05T10:00:00.000001Z");
    List<UsageRecord> records =
        Stream.generate(() -> RandomRecords.at(random, at)).limit(1200).sorted(ORDER).toList();
    database().transaction(UsageRows.insert(records)).block(PATIENCE);
    assertThat(list(new UsageFilter(null, null, at, at.plusMillis(1)))).isEqualTo(records);
    assertThat(list(new UsageFilter(null, null, BEGIN, at))).isEmpty();
  }

  @Test
  void whatIsWrittenMeanwhileDisturbsNoReading() {
    RandomGenerator random = new SplittableRandom(4);
    List<UsageRecord> before = write(random, 2000);
    Flux<Void> writing =
        Flux.range(0, 40)
            .concatMap(_ ->
                database()
                    .transaction(
                        UsageRows.insert(
                            Stream.generate(() -> RandomRecords.any(random)).limit(20).toList())));
    var running = writing.subscribeOn(Schedulers.boundedElastic()).subscribe();
    for (int i = 0; i < 5; i++) {
      List<UsageRecord> seen = list(new UsageFilter(null, null, BEGIN, END));
      assertThat(seen).isSortedAccordingTo(ORDER);
      assertThat(new HashSet<>(seen)).hasSameSizeAs(seen).containsAll(before);
    }
    Flux.interval(Duration.ofMillis(20)).takeUntil(_ -> running.isDisposed()).blockLast(PATIENCE);
  }

  @Test
  void aSlowReaderIsWaitedFor() {
    write(new SplittableRandom(5), 1800);
    StepVerifier.create(reader().records(new UsageFilter(null, null, BEGIN, END)), 0)
        .thenRequest(1)
        .expectNextCount(1)
        .thenRequest(600)
        .expectNextCount(600)
        .thenCancel()
        .verify(PATIENCE);
    StepVerifier.create(
            reader().records(new UsageFilter(null, null, BEGIN, END)).limitRate(3).count())
        .expectNext(1800L)
        .expectComplete()
        .verify(PATIENCE);
  }

  @Test
  void sumsAreThoseOfTheRecords() {
    List<UsageRecord> all = write(new SplittableRandom(6), 1000);
    Instant from = all.get(100).at();
    Instant to = all.get(900).at();
    Map<String, UsageTotal> expected = new TreeMap<>();
    all.stream()
        .filter(record -> !record.at().isBefore(from) && record.at().isBefore(to))
        .map(record ->
            new UsageTotal(
                record.who().agency(),
                record.who().application(),
                1,
                record.charge().tokens(),
                record.charge().characters()))
        .forEach(total ->
            expected.merge(
                total.agency() + "/" + total.application(), total, LedgerReaderContract::plus));
    assertThat(done(reader().sums(from, to).collectList()))
        .isEqualTo(new ArrayList<>(expected.values()));
    assertThat(done(reader().sums(END, END).collectList())).isEmpty();
  }

  @Test
  void whatIsWrittenTwiceCountsOnce() {
    List<UsageRecord> all = write(new SplittableRandom(7), 100);
    database().transaction(UsageRows.insert(all)).block(PATIENCE);
    assertThat(done(reader().sums(BEGIN, END).map(UsageTotal::requests).reduce(0L, Long::sum)))
        .isEqualTo(100);
  }

  @Test
  void refusalsOfSeveralGatewaysAreAddedUp() {
    for (String by : List.of("one", "two")) {
      database()
          .update("insert into refusal values (?, 'a', 'b', 'rate_limit', ?, 3)", BEGIN, by)
          .block(PATIENCE);
    }
    database()
        .update("insert into refusal values (?, 'a', 'c', 'draining', 'one', 1)", BEGIN)
        .block(PATIENCE);
    assertThat(done(reader().refusals(new UsageFilter(null, null, BEGIN, END)).collectList()))
        .containsExactly(
            new RefusalTotal(BEGIN, "a", "b", "rate_limit", 6),
            new RefusalTotal(BEGIN, "a", "c", "draining", 1));
    assertThat(done(reader().refusals(new UsageFilter("a", "c", BEGIN, END)).collectList()))
        .containsExactly(new RefusalTotal(BEGIN, "a", "c", "draining", 1));
  }

  @Test
  void aReadingWaitsForTheSpool_andFailsWithIt() {
    LedgerReader reader =
        new LedgerReader(database(), () -> Mono.error(new IllegalStateException("behind")));
    assertThatThrownBy(() -> done(reader.sums(BEGIN, END).collectList())).hasMessage("behind");
    assertThatThrownBy(
            () -> done(reader.records(new UsageFilter(null, null, BEGIN, END)).collectList()))
        .hasMessage("behind");
    assertThatThrownBy(() -> new UsageFilter(null, "a", BEGIN, END))
        .hasMessage("agency: absent (expected: the one of the application)");
  }

  private static UsageTotal plus(UsageTotal a, UsageTotal b) {
    return new UsageTotal(
        a.agency(),
        a.application(),
        a.requests() + b.requests(),
        a.tokens() + b.tokens(),
        a.characters() + b.characters());
  }

  private static boolean meant(UsageFilter filter, UsageRecord record) {
    return same(filter.agency(), record.who().agency())
        && same(filter.application(), record.who().application())
        && !record.at().isBefore(filter.from())
        && record.at().isBefore(filter.to());
  }

  private static boolean same(@Nullable String wanted, String is) {
    return wanted == null || wanted.equals(is);
  }

  private List<UsageRecord> write(RandomGenerator random, int count) {
    List<UsageRecord> records =
        Stream.generate(() -> RandomRecords.any(random)).limit(count).sorted(ORDER).toList();
    database().transaction(UsageRows.insert(records)).block(PATIENCE);
    return records;
  }

  private List<UsageRecord> list(UsageFilter filter) {
    return done(reader().records(filter).collectList());
  }

  private static <T> T done(Mono<T> mono) {
    return Objects.requireNonNull(mono.block(PATIENCE));
  }
}
