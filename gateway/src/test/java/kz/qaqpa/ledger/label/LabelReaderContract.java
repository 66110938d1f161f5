package kz.qaqpa.ledger.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.RandomLabels;
import kz.qaqpa.ledger.RandomRecords;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Statement;
import kz.qaqpa.ledger.spool.Entry;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What the registry of labels has to do on either database. */
abstract class LabelReaderContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");
  private static final Instant END = Instant.parse("2026-12-01T00:00:00Z");

  abstract Database database();

  @BeforeEach
  void empty() {
    for (String table : List.of("usage_record", "label", "label_content")) {
      database().update("delete from " + table).block(PATIENCE);
    }
  }

  private LabelReader reader() {
    return new LabelReader(database(), Mono::empty);
  }

  @Test
  void aLabelIsFoundByIdAndByHash_withItsRecord() {
    for (Entry entry : write(new SplittableRandom(1), 50)) {
      IssuedLabel label = label(entry);
      RegisteredLabel found = done(reader().find(label.id()));
      assertThat(found)
          .isEqualTo(
              new RegisteredLabel(
                  label.id(),
                  label.at(),
                  label.who(),
                  label.risk(),
                  label.notice(),
                  label.language(),
                  label.payload(),
                  label.signature()));
      assertThat(done(reader().record(label.id()))).isEqualTo(entry.record());
      for (String hash : label.contentSha256()) {
        assertThat(done(reader().labelOf(List.of("0".repeat(64), hash)))).isEqualTo(label.id());
      }
    }
    assertThat(reader().find("01HZZZZZZZZZZZZZZZZZZZZZZZ").blockOptional(PATIENCE)).isEmpty();
    assertThat(reader().record("01HZZZZZZZZZZZZZZZZZZZZZZZ").blockOptional(PATIENCE)).isEmpty();
    assertThat(reader().labelOf(List.of("0".repeat(64))).blockOptional(PATIENCE)).isEmpty();
    assertThat(reader().labelOf(List.of()).blockOptional(PATIENCE)).isEmpty();
  }

  @Test
  void ofManyAnswersOfOneTextTheFirstIsNamed() {
    RandomGenerator random = new SplittableRandom(2);
    List<Entry> same = new ArrayList<>();
    String hash = "ab".repeat(32);
    for (int i = 0; i < 700; i++) {
      Entry entry = entry(random);
      IssuedLabel label = label(entry);
      same.add(
          RandomLabels.with(
              entry.record(),
              new IssuedLabel(
                  label.id(),
                  label.at(),
                  label.who(),
                  label.risk(),
                  label.notice(),
                  label.language(),
                  List.of(hash),
                  label.payload(),
                  label.signature())));
    }
    database().transaction(LabelRows.withRecords(same)).block(PATIENCE);
    assertThat(done(reader().labelOf(List.of(hash))))
        .isEqualTo(ids(same).sorted().findFirst().get());
  }

  @Test
  void whatIsWrittenTwiceIsThereOnce_andTheFirstStays() {
    RandomGenerator random = new SplittableRandom(3);
    List<Entry> all = write(random, 30);
    Entry first = all.getFirst();
    IssuedLabel label = label(first);
    Entry other =
        RandomLabels.with(
            first.record(),
            new IssuedLabel(
                label.id(),
                label.at(),
                label.who(),
                "high",
                "client",
                "ru",
                List.of(),
                "{}",
                null));
    database().transaction(LabelRows.withRecords(List.of(other, other))).block(PATIENCE);
    database().transaction(LabelRows.withRecords(all)).block(PATIENCE);
    assertThat(done(reader().find(label.id())).payload()).isEqualTo(label.payload());
    assertThat(done(reader().search(filter(null, null)).count())).isEqualTo(30);
  }

  @Test
  void aTransactionThatFailsLeavesNeitherRecordNorLabel() {
    Entry entry = entry(new SplittableRandom(4));
    List<Statement> statements = new ArrayList<>(LabelRows.withRecords(List.of(entry)));
    statements.add(Statement.of("insert into label (id) values (?)", "incomplete"));
    assertThatThrownBy(() -> database().transaction(statements).block(PATIENCE))
        .isInstanceOf(DatabaseFailure.class);
    assertThat(reader().find(label(entry).id()).blockOptional(PATIENCE)).isEmpty();
    assertThat(
            done(
                database()
                    .query(row -> row.number("n"), "select count(*) n from usage_record")
                    .next()))
        .isZero();
  }

  @Test
  void searchesComeInOrder_ofWhatIsMeant() {
    Seeds.forRandom(
        TestSize.tries(1, 20),
        random -> {
          empty();
          List<Entry> all = write(random, 900);
          Instant from = all.get(100).record().at();
          Instant to = all.get(700).record().at();
          String after = label(all.get(333)).id();
          for (LabelFilter filter :
              List.of(
                  filter(null, null),
                  filter("agency1", null),
                  filter("agency2", "app0"),
                  filter("nobody", null),
                  new LabelFilter(from, to, null, null, "kaz-mini", "high", null, 1_000_000),
                  new LabelFilter(from, to, "agency1", null, null, "minimal", after, 1_000_000),
                  new LabelFilter(BEGIN, END, null, null, null, null, after, 250),
                  new LabelFilter(BEGIN, END, null, null, "other", null, null, 9),
                  new LabelFilter(
                      Instant.EPOCH,
                      Instant.parse("2500-01-01T00:00:00Z"),
                      null,
                      null,
                      null,
                      null,
                      null,
                      7))) {
            assertThat(search(filter))
                .isEqualTo(
                    all.stream()
                        .filter(entry -> meant(filter, label(entry)))
                        .limit(filter.limit())
                        .map(entry -> label(entry).id())
                        .toList());
          }
        });
  }

  @Test
  void aSlowReaderIsWaitedFor() {
    write(new SplittableRandom(5), 700);
    StepVerifier.create(reader().search(filter(null, null)), 0)
        .thenRequest(1)
        .expectNextCount(1)
        .thenRequest(300)
        .expectNextCount(300)
        .thenCancel()
        .verify(PATIENCE);
  }

  @Test
  void aReadingWaitsForTheSpool_andFailsWithIt() {
    LabelReader reader =
        new LabelReader(database(), () -> Mono.error(new IllegalStateException("behind")));
    assertThatThrownBy(() -> reader.find("x").block(PATIENCE)).hasMessage("behind");
    assertThatThrownBy(() -> reader.record("x").block(PATIENCE)).hasMessage("behind");
    assertThatThrownBy(() -> reader.labelOf(List.of("x")).block(PATIENCE)).hasMessage("behind");
    assertThatThrownBy(() -> reader.search(filter(null, null)).blockLast(PATIENCE))
        .hasMessage("behind");
    assertThatThrownBy(() -> filter(null, "a"))
        .hasMessage("agency: absent (expected: the one of the application)");
  }

  static LabelFilter filter(@Nullable String agency, @Nullable String application) {
    return new LabelFilter(BEGIN, END, agency, application, null, null, null, 1_000_000);
  }

  private static boolean meant(LabelFilter filter, IssuedLabel label) {
    return same(filter.agency(), label.who().agency())
        && same(filter.application(), label.who().application())
        && same(filter.model(), label.who().model())
        && same(filter.risk(), label.risk())
        && (filter.after() == null || label.id().compareTo(filter.after()) > 0)
        && !label.at().isBefore(filter.from())
        && label.at().isBefore(filter.to());
  }

  private static boolean same(@Nullable String wanted, String is) {
    return wanted == null || wanted.equals(is);
  }

  private static Entry entry(RandomGenerator random) {
    return RandomLabels.labelled(RandomRecords.any(random), random);
  }

  private List<Entry> write(RandomGenerator random, int count) {
    List<Entry> entries =
        Stream.generate(() -> entry(random))
            .limit(count)
            .sorted(Comparator.comparing(entry -> label(entry).id()))
            .toList();
    database().transaction(LabelRows.withRecords(entries)).block(PATIENCE);
    return entries;
  }

  private static IssuedLabel label(Entry entry) {
    return Objects.requireNonNull(entry.label());
  }

  private static Stream<String> ids(List<Entry> entries) {
    return entries.stream().map(entry -> label(entry).id());
  }

  private List<String> search(LabelFilter filter) {
    return done(reader().search(filter).map(RegisteredLabel::id).collectList());
  }

  private static <T> T done(Mono<T> mono) {
    return Objects.requireNonNull(mono.block(PATIENCE));
  }
}
