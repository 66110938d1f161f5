package kz.qaqpa.ledger.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** The embedded database. */
class H2DatabaseTest extends DatabaseContract {
  @TempDir static Path shared;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Numbers from 1 on. */
  private static final String SERIES = "select \"X\" as x from system_range(1, 1500)";

  private static final String DROPPED = "dropped";

  private static Database open;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    open = H2Database.open(shared, 2);
  }

  @AfterAll
  static void close() {
    open.close();
  }

  @Override
  Database database() {
    return open;
  }

  @Test
  void whatWasWrittenIsThereWhenItIsOpenedAgain() {
    try (Database first = H2Database.open(folder, 1)) {
      done(first.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
    }
    try (Database second = H2Database.open(folder, 1)) {
      assertThat(done(second.query(row -> row.string("reason"), "select * from suspension").next()))
          .isEqualTo("d");
    }
  }

  @Test
  void aDatabaseThatFailedIsOpenedAnew() {
    try (Database database = H2Database.open(folder, 2)) {
      done(database.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
      assertThatThrownBy(() -> done(database.update("shutdown immediately")))
          .isInstanceOf(DatabaseFailure.class);
      done(database.update("insert into suspension values ('a', 'c', 'c', 'd', now())"));
      assertThat(
              done(
                  database
                      .query(row -> row.number("n"), "select count(*) as n from suspension")
                      .next()))
          .isEqualTo(2);
    }
  }

  @Test
  void aNewerDatabaseIsLeftAlone() {
    try (Database database = H2Database.open(folder, 1)) {
      done(
          database.update(
              "insert into flyway_schema_history (installed_rank, version, description, type,"
                  + " script, checksum, installed_by, execution_time, success) values (99, '7',"
                  + " 'x', 'SQL', 'x', 1, 'x', 1, true)"));
    }
    assertThatThrownBy(() -> H2Database.open(folder, 1))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessage(
            "ledger.folder: "
                + folder.resolve("ledger.mv.db")
                + ": version 7, made by a newer Qaqpa (expected: at most "
                + Schema.VERSION
                + "); start the newer one, or restore a backup");
  }

  @Test
  void aDatabaseOfTheFirstVersionIsBroughtOn_withWhatIsInIt() {
    try (Database database = H2Database.open(folder, 1)) {
      done(database.update("drop table label"));
      done(database.update("drop table label_content"));
      done(database.update("delete from flyway_schema_history where version = '2'"));
      done(database.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
    }
    try (Database database = H2Database.open(folder, 1)) {
      assertThat(
              done(
                  database
                      .query(
                          row -> row.number("n"),
                          "select (select count(*) from suspension) + (select count(*) from label)"
                              + " + (select count(*) from label_content) as n")
                      .next()))
          .isOne();
    }
  }

  @Test
  void aReadingOfAClosedDatabaseFails() {
    Database database = H2Database.open(folder, 1);
    database.close();
    List<Throwable> uncaught =
        uncaught(() -> {
          assertThatThrownBy(() -> done(database.query(_ -> 1L, SERIES).count()))
              .isInstanceOf(DatabaseFailure.class);
          assertThatThrownBy(() -> done(database.update("delete from suspension")))
              .isInstanceOf(DatabaseFailure.class);
        });
    assertThat(uncaught).isEmpty();
  }

  @Test
  void aReadingInTheMiddleFailsWhenItGoesOnAfterTheEnd() {
    List<Throwable> uncaught =
        uncaught(() -> {
          Database database = H2Database.open(folder, 1);
          StepVerifier.create(database.query(row -> row.number("x"), SERIES), 0)
              .thenRequest(1)
              .expectNext(1L)
              .then(database::close)
              .thenRequest(1)
              .expectError(DatabaseFailure.class)
              .verify(PATIENCE);
        });
    assertThat(uncaught).isEmpty();
    assertThat(folder.resolve("ledger.trace.db")).doesNotExist(); // It would repeat values.
  }

  @Test
  void whoLeavesAReadingAfterTheEndLeavesInPeace() {
    List<Throwable> uncaught =
        uncaught(() -> {
          Database database = H2Database.open(folder, 1);
          StepVerifier.create(database.query(row -> row.number("x"), SERIES), 0)
              .thenRequest(1)
              .expectNext(1L)
              .then(database::close)
              .thenCancel()
              .verify(PATIENCE);
        });
    assertThat(uncaught).isEmpty();
  }

  @Test
  void readersMayLookWhileItIsClosed() {
    List<Throwable> uncaught =
        uncaught(() ->
            Seeds.forRandom(
                TestSize.tries(20, 300),
                random -> {
                  Database database = H2Database.open(folder, 2);
                  Duration patience = Duration.ofNanos(random.nextLong(1, 20_000_000));
                  List<CompletableFuture<Void>> looks =
                      IntStream.range(0, 8)
                          .mapToObj(_ -> looking(database, patience).toFuture())
                          .toList();
                  LockSupport.parkNanos(random.nextLong(30_000_000));
                  database.close();
                  assertThat(looks)
                      .allSatisfy(look ->
                          assertThat(look)
                              .failsWithin(PATIENCE)
                              .withThrowableThat()
                              .withCauseInstanceOf(DatabaseFailure.class));
                  // Nobody has opened the file again.
                  assertThatThrownBy(() -> done(database.query(_ -> 1L, SERIES).count()))
                      .isInstanceOf(DatabaseFailure.class);
                }));
    // A failure in the very moment in which a reader's patience ends may be dropped by Reactor.
    assertThat(uncaught)
        .allSatisfy(failure ->
            assertThat(failure).hasMessage(DROPPED).hasCauseInstanceOf(DatabaseFailure.class));
  }

  @Test
  void tooManyReadingsAreRefused_andQuietly() {
    List<Throwable> uncaught =
        uncaught(() -> {
          try (Database database = H2Database.open(folder, 1)) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Mono<Long> slow =
                database.query(row -> waitFor(begun, go, row.number("x")), SERIES).take(3).count();
            CompletableFuture<@Nullable Long> first = slow.toFuture();
            await(begun);
            List<CompletableFuture<Long>> all =
                IntStream.range(0, 1100)
                    .mapToObj(_ -> database.query(_ -> 1L, SERIES).take(1).count().toFuture())
                    .toList();
            assertThat(all.getLast())
                .failsWithin(PATIENCE)
                .withThrowableThat()
                .withCauseInstanceOf(DatabaseFailure.class)
                .withMessageContaining("busy");
            all.subList(1, 500).forEach(reading -> reading.cancel(true));
            go.countDown();
            assertThat(first).succeedsWithin(PATIENCE).isEqualTo(3L);
            assertThat(all.getFirst()).succeedsWithin(PATIENCE).isEqualTo(1L);
            assertThat(all.get(1000)).succeedsWithin(PATIENCE).isEqualTo(1L);
          }
        });
    assertThat(uncaught).isEmpty();
  }

  /** Reads again and again, each time only so long. */
  private static Mono<Void> looking(Database database, Duration patience) {
    return database
        .query(row -> row.number("x"), SERIES)
        .concatMap(Mono::just, 16) // Asks for a few at a time.
        .count()
        .timeout(patience)
        .onErrorResume(TimeoutException.class, _ -> Mono.just(0L))
        .repeat()
        .then();
  }

  @Test
  void whoHasLeftIsToldOfNoFailure() {
    List<Throwable> uncaught =
        uncaught(() -> {
          try (Database database = H2Database.open(folder, 1)) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            Disposable reader =
                database
                    .query(row -> waitFor(begun, go, row.number("x")) + row.number("none"), SERIES)
                    .subscribe();
            await(begun);
            reader.dispose();
            go.countDown();
          }
        });
    assertThat(uncaught).isEmpty();
  }

  private static long waitFor(CountDownLatch begun, CountDownLatch go, long then) {
    begun.countDown();
    await(go);
    return then;
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("not within " + PATIENCE);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What a scheduler could tell nobody, or a reader no longer, while something runs. */
  private static List<Throwable> uncaught(Runnable task) {
    List<Throwable> uncaught = new CopyOnWriteArrayList<>();
    Schedulers.onHandleError(
        "H2DatabaseTest", (_, failure) -> uncaught.add(new AssertionError("uncaught", failure)));
    Hooks.onErrorDropped(failure -> uncaught.add(new AssertionError(DROPPED, failure)));
    try {
      task.run();
    } finally {
      Schedulers.resetOnHandleError("H2DatabaseTest");
      Hooks.resetOnErrorDropped();
    }
    return uncaught;
  }

  @Test
  void aDamagedFileIsOneSentence() throws IOException {
    H2Database.open(folder, 1).close();
    Path file = folder.resolve("ledger.mv.db");
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, (byte) 7);
    Files.write(file, bytes);
    assertThatThrownBy(() -> H2Database.open(folder, 1))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageStartingWith("ledger.folder: " + file + ": damaged (expected: a database)");
  }

  @Test
  void theVersionIsThatOfTheLastMigration() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                  .max(Integer::compare))
          .contains(Schema.VERSION);
    }
  }

  @Test
  void theFileDoesNotGrowWithCommits() throws IOException {
    int commits = TestSize.tries(3000, 30_000);
    Path file = folder.resolve("ledger.mv.db");
    // With H2's usual retention the file of three quarters of a minute stays.
    try (Database database = H2Database.open(folder, 1, 0)) {
      done(database.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
      for (int i = 0; i < commits; i++) {
        database
            .transaction(List.of(Statement.of("update suspension set reason = ?", "reason " + i)))
            .block();
      }
      // About 10 KiB a commit are written; without housekeeping all of them stay.
      assertThat(Files.size(file)).isLessThan(commits * 8192L);
    }
  }
}
