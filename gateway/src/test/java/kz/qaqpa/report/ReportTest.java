package kz.qaqpa.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class ReportTest {
  private static final Instant FROM = Instant.parse("2025-12-31T19:00:00Z");
  private static final Instant TO = Instant.parse("2026-12-31T19:00:00Z");

  private static final List<Language> LANGUAGES = List.of(Language.values());

  @Test
  void sumsUpByDayApplicationModelAndLanguage() {
    List<UsageRecord> records =
        List.of(
            UsageRecords.at("2026-11-02T18:00:00Z").cached(3).record(),
            UsageRecords.at("2026-11-02T18:30:00Z").charged(1, 2, 3, 4).record(),
            UsageRecords.at("2026-11-02T18:40:00Z").in(Language.RU).record(),
            UsageRecords.at("2026-11-02T18:50:00Z").of("minfin", "archive").record(),
            UsageRecords.at("2026-11-02T19:00:00Z").record());
    List<Part> parts = parts(records, query(Bucket.DAY, Dimension.APPLICATION, Dimension.LANGUAGE));
    assertThat(lines(parts))
        .containsExactly(
            "2026-11-02 minfin archive null KK 1 10 0 5 40 20 0.2500",
            "2026-11-02 minfin chat null KK 2 11 3 8 42 24 0.2879",
            "2026-11-02 minfin chat null RU 1 10 0 5 40 20 0.2500",
            "2026-11-03 minfin chat null KK 1 10 0 5 40 20 0.2500");
    Part.Summary summary = (Part.Summary) parts.getLast();
    assertThat(summary.languages().keySet()).containsExactly(Language.KK, Language.RU);
    assertThat(summary.total()).isEqualTo(new Totals(5, 41, 3, 23, 162, 84));
  }

  @Test
  void withoutRecordsThereIsASummary() {
    assertThat(parts(List.of(), query(Bucket.HOUR)))
        .containsExactly(new Part.Beginning(), new Part.Summary(Map.of(), Totals.NOTHING));
    assertThat(Totals.NOTHING.tokensPerCharacter()).isNull();
  }

  /** Against sums made at leisure: any records, any grouping. */
  @Test
  void rowsAreWhatAPlainSumSays() {
    Seeds.forRandom(
        TestSize.tries(200, 20_000),
        random -> {
          List<UsageRecord> records = randomRecords(random);
          Bucket bucket = List.of(Bucket.values()).get(random.nextInt(3));
          Set<Dimension> by = EnumSet.noneOf(Dimension.class);
          for (Dimension dimension : Dimension.values()) {
            if (random.nextBoolean()) {
              by.add(dimension);
            }
          }
          ReportQuery query = new ReportQuery(null, null, FROM, TO, bucket, by);
          Map<String, Long> requests = new HashMap<>();
          Map<String, Long> tokens = new HashMap<>();
          for (UsageRecord record : records) {
            String key = bucket.at(record.at()).label() + " " + Row.Group.of(record, query.by());
            requests.merge(key, 1L, Long::sum);
            tokens.merge(key, record.charge().tokens(), Long::sum);
          }
          List<Part> parts = parts(records, query);
          List<Row> rows = rows(parts);
          Map<String, Long> reported = new HashMap<>();
          Map<String, Long> reportedTokens = new HashMap<>();
          for (Row row : rows) {
            String key = row.span().label() + " " + row.group();
            assertThat(reported.put(key, row.totals().requests())).as(key).isNull();
            reportedTokens.put(key, row.totals().promptTokens() + row.totals().outputTokens());
          }
          assertThat(reported).isEqualTo(requests);
          assertThat(reportedTokens).isEqualTo(tokens);
          Comparator<Row> order =
              Comparator.<Row, Instant>comparing(row -> row.span().start().toInstant())
                  .thenComparing(Row::group, Row.Group.ORDER);
          assertThat(rows).isSortedAccordingTo(order);
          Part.Summary summary = (Part.Summary) parts.getLast();
          assertThat(summary.total().requests()).isEqualTo(records.size());
        });
  }

  /** A million records of a year: never more held than the groups of one hour. */
  @Test
  void aYearNeedsNoMemory() {
    int count = 1_000_000;
    int groups = 3 * 2 * 4;
    long step = Duration.between(FROM, TO).toMillis() / count;
    ReportQuery query = query(Bucket.HOUR, Dimension.APPLICATION, Dimension.LANGUAGE);
    Aggregation aggregation = new Aggregation(query);
    int most = 0;
    long rows = 0;
    long requests = 0;
    UsageRecords form = UsageRecords.at("2026-01-01T00:00:00Z");
    for (int i = 0; i <= count; i++) {
      List<Part> parts =
          i == count
              ? aggregation.end()
              : aggregation.add(
                  form.at(FROM.plusMillis(i * step))
                      .of("agency" + i % 3, "app" + i % 2)
                      .in(LANGUAGES.get(i / 7 % 4))
                      .record());
      most = Math.max(most, aggregation.held());
      for (Part part : parts) {
        if (part instanceof Part.Rows some) {
          rows += some.rows().size();
          requests += some.rows().stream().mapToLong(row -> row.totals().requests()).sum();
        }
      }
    }
    assertThat(most).isLessThanOrEqualTo(groups);
    assertThat(requests).isEqualTo(count);
    assertThat(rows).isGreaterThan(8760L * 6);
  }

  @Test
  void asksForRecordsOnlyAsItsRowsAreAskedFor() {
    AtomicLong made = new AtomicLong();
    AtomicBoolean cancelled = new AtomicBoolean();
    UsageRecords form = UsageRecords.at("2026-01-01T00:00:00Z");
    Flux<UsageRecord> hourly =
        Flux.<UsageRecord>generate(sink ->
                sink.next(form.at(FROM.plus(Duration.ofHours(made.getAndIncrement()))).record()))
            .doOnCancel(() -> cancelled.set(true));
    StepVerifier.create(Report.of(hourly, query(Bucket.HOUR, Dimension.LANGUAGE)), 3)
        .expectNextCount(3)
        .then(() -> assertThat(made.get()).isLessThan(600))
        .thenRequest(1000)
        .expectNextCount(1000)
        .then(() -> assertThat(made.get()).isBetween(1001L, 1700L))
        .thenCancel()
        .verify(Duration.ofSeconds(10));
    assertThat(cancelled).isTrue();
  }

  @Test
  void aSourceThatFailsIsNoReport() {
    Flux<UsageRecord> failing =
        Flux.just(UsageRecords.at("2026-11-02T18:00:00Z").record())
            .concatWith(Flux.error(new IllegalStateException("gone")));
    StepVerifier.create(Report.of(failing, query(Bucket.DAY)))
        .expectNext(new Part.Beginning())
        .expectErrorMessage("gone")
        .verify(Duration.ofSeconds(10));
  }

  /** Rather none than one that is wrong, or shows somebody else's use. */
  @Test
  void recordsThatWereNotAskedForAreRefused() {
    ReportQuery own =
        new ReportQuery("minfin", "chat", FROM, TO, Bucket.DAY, Set.of(Dimension.MODEL));
    UsageRecords form = UsageRecords.at("2026-11-02T18:00:00Z");
    for (UsageRecords other :
        List.of(
            form.of("kgd", "chat"),
            form.of("minfin", "archive"),
            form.at(FROM.minusNanos(1)),
            form.at(TO))) {
      assertThatThrownBy(() -> parts(List.of(form.record(), other.record()), own))
          .hasMessage("record: outside what was asked for");
    }
    assertThatThrownBy(() ->
            parts(
                List.of(form.at(form.at().plusSeconds(7200)).record(), form.record()),
                query(Bucket.HOUR)))
        .hasMessage("record: before the one before it");
  }

  @Test
  void queriesAreChecked() {
    assertThat(query(Bucket.DAY, Dimension.APPLICATION).by())
        .containsExactly(Dimension.AGENCY, Dimension.APPLICATION);
    assertThatThrownBy(() -> new ReportQuery(null, "a", FROM, TO, Bucket.DAY, Set.of()))
        .hasMessage("application: without an agency (expected: with one)");
    assertThatThrownBy(() -> new ReportQuery("a", "a", FROM, FROM, Bucket.DAY, Set.of()))
        .hasMessageStartingWith("to: ");
  }

  private static List<UsageRecord> randomRecords(RandomGenerator random) {
    List<Instant> times = new ArrayList<>();
    long width = 1L << random.nextInt(10, 24);
    int count = random.nextInt(200);
    for (int i = 0; i < count; i++) {
      times.add(FROM.plusSeconds(random.nextLong(Math.min(width, 31_000_000L))));
    }
    times.sort(Comparator.naturalOrder());
    UsageRecords form = UsageRecords.at("2026-01-01T00:00:00Z");
    return times.stream()
        .map(at ->
            form.at(at)
                .of("a" + random.nextInt(2), "p" + random.nextInt(2))
                .model("m" + random.nextInt(2))
                .in(LANGUAGES.get(random.nextInt(4)))
                .charged(random.nextInt(99), random.nextInt(99), random.nextInt(99), 7)
                .record())
        .toList();
  }

  private static ReportQuery query(Bucket bucket, Dimension... by) {
    return new ReportQuery(null, null, FROM, TO, bucket, Set.of(by));
  }

  private static List<Part> parts(List<UsageRecord> records, ReportQuery query) {
    List<Part> parts =
        Report.of(Flux.fromIterable(records), query).collectList().block(Duration.ofSeconds(10));
    return parts == null ? List.of() : parts;
  }

  private static List<Row> rows(List<Part> parts) {
    List<Row> rows = new ArrayList<>();
    for (Part part : parts) {
      if (part instanceof Part.Rows some) {
        assertThat(some.rows()).hasSizeBetween(1, Aggregation.MOST_ROWS);
        rows.addAll(some.rows());
      }
    }
    return rows;
  }

  private static List<String> lines(List<Part> parts) {
    return rows(parts).stream()
        .map(row -> {
          Row.Group group = row.group();
          Totals totals = row.totals();
          return String.join(
              " ",
              row.span().label(),
              group.agency(),
              group.application(),
              group.model(),
              String.valueOf(group.language()),
              "" + totals.requests(),
              "" + totals.promptTokens(),
              "" + totals.cachedTokens(),
              "" + totals.outputTokens(),
              "" + totals.promptCharacters(),
              "" + totals.outputCharacters(),
              "" + totals.tokensPerCharacter());
        })
        .toList();
  }
}
