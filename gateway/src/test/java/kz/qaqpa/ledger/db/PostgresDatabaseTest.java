package kz.qaqpa.ledger.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** PostgreSQL, a real one. */
@Tag("postgres")
class PostgresDatabaseTest extends DatabaseContract {
  private static final Duration WAIT = Duration.ofSeconds(2);

  private static PostgresServer server;
  private static PostgresDatabase open;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    open = new PostgresDatabase(address(server.url(), PostgresServer.PASSWORD), 2, WAIT);
    open.prepare();
  }

  @AfterAll
  static void stop() {
    open.close();
    server.close();
  }

  @Override
  Database database() {
    return open;
  }

  @Test
  void tablesAreMadeOnce() {
    open.prepare();
    assertThat(done(open.query(row -> row.number("n"), "select count(*) as n from refusal").next()))
        .isZero();
  }

  /** The rest has arrived by then, and the driver is in the middle of handing it over. */
  @Test
  void whoLeavesWhileRowsAreHandedOverDoesNotHang() throws Exception {
    for (int round = 0; round < 10; round++) {
      CountDownLatch left = new CountDownLatch(1);
      BaseSubscriber<Long> reader =
          new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(Subscription subscription) {
              // Later, when all rows are there.
            }

            @Override
            protected void hookOnNext(Long row) {
              cancel();
              left.countDown();
            }
          };
      open.query(
              row -> row.number("n"),
              "select n from generate_series(1, cast(? as integer)) as s(n)",
              50)
          .subscribe(reader);
      Thread.sleep(50); // For them to arrive: a guess that needs not be right.
      Thread asking = Thread.ofPlatform().daemon().start(() -> reader.request(1));
      assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(asking.join(Duration.ofSeconds(20))).isTrue();
    }
    assertThat(done(open.query(row -> row.number("n"), "select 1 as n").next())).isOne();
  }

  @Test
  void aWrongPasswordIsOneSentence() {
    assertThatThrownBy(() -> prepare(address(server.url(), "wrong")))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessage(
            "ledger.passwordFile: PostgreSQL at 127.0.0.1:"
                + server.port()
                + ", database postgres refuses user qaqpa (expected: a user who may sign in, and"
                + " the right password)");
    assertThatThrownBy(() -> prepare(address(server.url(), "")))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("refuses user qaqpa");
  }

  @Test
  void aMissingDatabaseIsOneSentence() {
    assertThatThrownBy(() ->
            prepare(
                address(server.url().replace("/postgres", "/nowhere"), PostgresServer.PASSWORD)))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageEndingWith("database nowhere: no such database (expected: one that exists)");
  }

  @Test
  void aServerThatIsNotThereMayComeLater() {
    assertThatThrownBy(() -> prepare(address("postgresql://127.0.0.1:1/x", "")))
        .isInstanceOfSatisfying(DatabaseFailure.class, e -> assertThat(e.isAway()).isTrue())
        .hasMessage(
            "ledger.url: PostgreSQL at 127.0.0.1:1, database x: cannot be reached (expected: a"
                + " server that answers there)");
  }

  @Test
  void beforeItIsPreparedNothingWorks() {
    PostgresDatabase early =
        new PostgresDatabase(address(server.url(), PostgresServer.PASSWORD), 1, WAIT);
    assertThatThrownBy(() -> done(early.update("delete from refusal")))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageContaining("not reached yet");
    early.close();
  }

  @Test
  void aServerThatWasRestartedIsFoundAgain() {
    done(open.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
    server.stop();
    assertThatThrownBy(() -> done(open.update("delete from suspension")))
        .isInstanceOf(DatabaseFailure.class);
    server.restart();
    assertThat(done(open.update("delete from suspension"))).isOne();
  }

  @Test
  void whoGivesUpOnAFrozenServerLosesNoConnection() {
    done(open.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
    server.freeze();
    try {
      for (int i = 0; i < 5; i++) { // More often than there are connections.
        assertThatThrownBy(() ->
                open.update("update suspension set reason = 'e'").block(Duration.ofMillis(300)))
            .isInstanceOf(RuntimeException.class);
      }
    } finally {
      server.thaw();
    }
    assertThat(done(open.update("delete from suspension"))).isOne();
    assertThat(done(open.update("delete from suspension"))).isZero();
    assertThat(done(open.update("delete from suspension"))).isZero();
  }

  private static void prepare(PostgresAddress address) {
    PostgresDatabase database = new PostgresDatabase(address, 1, WAIT);
    try {
      database.prepare();
    } finally {
      database.close();
    }
  }

  private static PostgresAddress address(String url, String password) {
    return PostgresAddress.of(url, PostgresServer.USER, password);
  }
}
