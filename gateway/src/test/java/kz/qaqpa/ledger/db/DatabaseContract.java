package kz.qaqpa.ledger.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What either database has to do. */
abstract class DatabaseContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final List<String> COLUMNS =
      List.of("since", "agency", "application", "reason", "written_by", "requests");
  private static final Instant MINUTE = Instant.parse("2026-11-28T18:59:00Z");

  /** The database under test, open, with all tables. */
  abstract Database database();

  @BeforeEach
  void empty() {
    for (String table : List.of("refusal", "suspension", "audit", "usage_record")) {
      done(database().update("delete from " + table));
    }
  }

  @Test
  void valuesComeBackAsTheyWent() {
    Instant nanos = Instant.parse("2026-02-28T23:59:59.123456789Z");
    String text = "қарым-қатынас \"' \\ $1 😀\n";
    done(
        database()
            .update(
                "insert into audit (number, at, who, action, target, before_action, after_action,"
                    + " previous, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                Long.MAX_VALUE,
                nanos,
                text,
                "",
                "t",
                null,
                text,
                "p",
                "h"));
    List<List<@Nullable Object>> rows =
        database()
            .query(
                row ->
                    Arrays.<@Nullable Object>asList(
                        row.number("number"),
                        row.instant("at"),
                        row.string("who"),
                        row.string("action"),
                        row.stringOrNull("before_action"),
                        row.string("after_action")),
                "select * from audit where number > ? and who = ?",
                5,
                text)
            .collectList()
            .block(PATIENCE);
    assertThat(Objects.requireNonNull(rows))
        .containsExactly(
            Arrays.asList(
                Long.MAX_VALUE, nanos.truncatedTo(ChronoUnit.MICROS), text, "", null, text));
  }

  @Test
  void aNullNumberIsOne() {
    done(
        database()
            .update(
                "insert into usage_record (at, id, request_id, agency, application, model,"
                    + " language, prompt_tokens, cached_tokens, output_tokens, prompt_characters,"
                    + " output_characters, queue_micros, first_token_micros, total_micros, finish,"
                    + " label_id) values (?, 'i', 'r', 'a', 'p', 'm', 'kk', 1, 2, 3, 4, 5, ?, ?, 6,"
                    + " 'stop', ?)",
                MINUTE,
                null,
                7L,
                null));
    assertThat(
            database()
                .query(
                    row ->
                        row.numberOrNull("queue_micros")
                            + " "
                            + row.numberOrNull("first_token_micros")
                            + " "
                            + row.stringOrNull("label_id"),
                    "select * from usage_record")
                .collectList()
                .block(PATIENCE))
        .containsExactly("null 7 null");
    Mono<Long> wrong =
        database().query(row -> row.number("queue_micros"), "select * from usage_record").next();
    assertThatThrownBy(() -> wrong.block(PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("queue_micros: null (expected: a value)");
    Mono<Long> absent =
        database().query(row -> row.number("no"), "select * from usage_record").next();
    assertThatThrownBy(() -> absent.block(PATIENCE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("no: not there");
  }

  @Test
  void aTransactionIsWholeOrNotAtAll() {
    Statement good = refusal("a", 1);
    Statement twice = refusal("a", 2);
    assertThatThrownBy(
            () -> database().transaction(List.of(refusal("b", 1), good, twice)).block(PATIENCE))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("SQL state 23505")
        .hasMessageNotContaining("tax-chat");
    assertThat(count()).isZero();
    database().transaction(List.of(refusal("b", 1), good)).block(PATIENCE);
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void manyRowsAreFewStatements_andThoseThereAlreadyAreLeftAlone() {
    assertThat(
            done(
                database()
                    .update(refusal("7", 100).sql(), refusal("7", 100).parameters().toArray())))
        .isOne();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      rows.add(new ArrayList<>(refusal(Integer.toString(i), 1).parameters()));
    }
    rows.addAll(rows.subList(0, 50));
    List<Statement> statements =
        Statement.insert("refusal", COLUMNS, rows, "on conflict do nothing");
    assertThat(statements).hasSize(4); // 200 = 64 + 64 + 64 + 8
    database().transaction(statements).block(PATIENCE);
    database().transaction(statements).block(PATIENCE);
    assertThat(count()).isEqualTo(150);
    assertThat(
            done(
                database()
                    .query(
                        row -> row.number("all_of_them"),
                        "select cast(sum(requests) as bigint) as all_of_them from refusal")
                    .next()))
        .isEqualTo(249);
  }

  @Test
  void whatWasWrittenIsSeenAtOnce() {
    for (int i = 0; i < 50; i++) {
      Statement row = refusal(Integer.toString(i), 1);
      done(database().update(row.sql(), row.parameters().toArray()));
      assertThat(count()).isEqualTo(i + 1);
    }
  }

  @Test
  void rowsComeAsTheyAreAskedFor_andWhoLeavesGivesTheConnectionBack() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      rows.add(new ArrayList<>(refusal(Integer.toString(i), i).parameters()));
    }
    database().transaction(Statement.insert("refusal", COLUMNS, rows, "")).block(PATIENCE);
    AtomicLong mapped = new AtomicLong();
    for (int i = 0; i < 20; i++) { // More often than there are connections.
      mapped.set(0);
      StepVerifier.create(
              database()
                  .query(
                      row -> {
                        mapped.incrementAndGet();
                        return row.number("requests");
                      },
                      "select requests from refusal order by requests"),
              0)
          .thenRequest(2)
          .expectNext(0L, 1L)
          .thenRequest(1)
          .expectNext(2L)
          .thenCancel()
          .verify(PATIENCE);
      assertThat(mapped).hasValueLessThan(1000);
    }
    Flux<Long> all =
        database().query(row -> row.number("requests"), "select requests from refusal order by 1");
    assertThat(done(all.limitRate(10).count())).isEqualTo(5000);
  }

  @Test
  void whoLeavesInTheMiddleBreaksNothing() {
    Seeds.forRandom(
        TestSize.tries(60, 1000),
        random -> {
          Statement row = refusal(Long.toString(random.nextLong()), 1);
          Duration soon = Duration.ofNanos(random.nextLong(2_000_000));
          Mono<Long> writing = database().update(row.sql(), row.parameters().toArray());
          Mono<Long> reading =
              database().query(_ -> 1L, "select * from refusal order by written_by").count();
          for (Mono<Long> work : List.of(writing, reading)) {
            work.timeout(soon).onErrorResume(TimeoutException.class, _ -> Mono.empty()).block();
          }
        });
    Statement row = refusal("the last", 1);
    assertThat(done(database().update(row.sql(), row.parameters().toArray()))).isOne();
    assertThat(count()).isPositive();
  }

  @Test
  void manyAtOnce() {
    Flux<Long> writing =
        Flux.range(0, 200)
            .flatMap(
                i -> {
                  Statement row = refusal(Integer.toString(i), 1);
                  return database().update(row.sql(), row.parameters().toArray());
                },
                16);
    Flux<Long> reading =
        Flux.range(0, 100)
            .flatMap(
                _ -> database().query(row -> row.number("n"), "select count(*) as n from refusal"),
                16);
    assertThat(done(Flux.merge(writing, reading).count())).isEqualTo(300);
    assertThat(count()).isEqualTo(200);
  }

  @Test
  void whatIsWrongIsSaidWithoutValues() {
    assertThatThrownBy(
            () -> done(database().update("insert into nowhere values (?)", "secret words")))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("SQL state 42")
        .hasMessageNotContaining("secret");
    assertThat(count()).isZero(); // And the next one works.
  }

  private static Statement refusal(String by, long requests) {
    return Statement.insert(
            "refusal",
            COLUMNS,
            List.of(Arrays.asList(MINUTE, "minfin", "tax-chat", "draining", by, requests)),
            "")
        .getFirst();
  }

  private long count() {
    return done(
        database().query(row -> row.number("n"), "select count(*) as n from refusal").next());
  }

  static <T> T done(Mono<T> mono) {
    return Objects.requireNonNull(mono.block(PATIENCE));
  }
}
