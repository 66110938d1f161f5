package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.LedgerStats.DatabaseState;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.report.UsageFilter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A PostgreSQL server that comes late, is restarted, dies or stands still under the ledger. */
@Tag("postgres")
class PostgresLedgersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final UsageFilter ALL =
      new UsageFilter(null, null, Instant.EPOCH, Instant.parse("2100-01-01T00:00:00Z"));

  private static PostgresServer server;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void empty() throws IOException {
    try (Ledgers ledgers = open("empty")) {
      ledgers.database().update("delete from usage_record").block(PATIENCE);
    }
  }

  @Test
  void aServerThatComesLateGetsWhatWasSpooled() throws IOException {
    List<UsageRecord> records = records(50);
    server.stop();
    try (Ledgers ledgers = open("a")) {
      write(ledgers, records);
      assertThat(ledgers.stats().spooled().records()).isEqualTo(50);
      assertThatThrownBy(() -> ledgers.database().update("delete from suspension").block(PATIENCE))
          .isInstanceOf(DatabaseFailure.class)
          .hasMessageContaining("not reached yet");
      server.restart();
      assertThat(read(ledgers)).isEqualTo(sorted(records));
    }
  }

  @Test
  void aServerThatIsRestartedMeanwhileLosesNothing() throws IOException {
    List<UsageRecord> records = records(3000);
    List<UsageRecord> told = new CopyOnWriteArrayList<>();
    try (Ledgers ledgers = open("a")) {
      Mono<Void> writing =
          Flux.fromIterable(records)
              .delayElements(Duration.ofMillis(1))
              .flatMap(
                  record -> ledgers.ledger().append(record).doOnSuccess(_ -> told.add(record)), 64)
              .then()
              .cache();
      writing.subscribe();
      for (int i = 0; i < 3; i++) {
        int before = told.size();
        while (told.size() < before + 200 && told.size() < 2500) {
          Thread.onSpinWait();
        }
        if (i == 0) {
          server.stop();
        } else {
          server.kill();
        }
        server.restart();
      }
      writing.block(PATIENCE);
      assertThat(told).hasSize(3000);
      assertThat(read(ledgers)).isEqualTo(sorted(records));
      assertThat(ledgers.stats().failures()).isPositive();
      assertThat(ledgers.stats().database()).isEqualTo(DatabaseState.CLOSED);
    }
  }

  @Test
  void aServerThatStandsStillHoldsNobodyForLong() throws IOException {
    List<UsageRecord> records = records(40);
    try (Ledgers ledgers = open("a")) {
      write(ledgers, records.subList(0, 10));
      server.freeze();
      try {
        write(ledgers, records.subList(10, 30));
        assertThat(ledgers.stats().spooled().records()).isEqualTo(20);
      } finally {
        server.thaw();
      }
      write(ledgers, records.subList(30, 40));
      assertThat(read(ledgers)).isEqualTo(sorted(records));
    }
  }

  @Test
  void twoGatewaysOnOneServer() throws IOException {
    List<UsageRecord> records = records(400);
    try (Ledgers one = open("a");
        Ledgers two = open("b")) {
      Flux.range(0, 400)
          .flatMap(i -> (i % 2 == 0 ? one : two).ledger().append(records.get(i)), 64)
          .blockLast(PATIENCE);
      assertThat(read(one)).isEqualTo(sorted(records)).isEqualTo(read(two));
    }
  }

  @Test
  void manyGatewaysMakeTheTablesTogether() throws IOException {
    try (Ledgers ledgers = open("a")) {
      ledgers.database().update("drop schema public cascade").block(PATIENCE);
      ledgers.database().update("create schema public").block(PATIENCE);
    }
    List<Ledgers> opened = new ArrayList<>();
    IntStream.range(0, 3)
        .parallel()
        .forEach(i -> {
          try {
            Ledgers ledgers = open("gateway" + i);
            synchronized (opened) {
              opened.add(ledgers);
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    assertThat(opened).hasSize(3);
    assertThat(read(opened.getFirst())).isEmpty();
    opened.forEach(Ledgers::close);
  }

  @Test
  void aWrongPasswordIsRefusedAtStart() throws IOException {
    Path password = Files.writeString(folder.resolve("wrong"), "wrong");
    assertThatThrownBy(
            () -> LedgerTuning.open(LedgerTuning.of(folder, server.url(), password.toString())))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageStartingWith("ledger.passwordFile: ")
        .hasMessageContaining("refuses user qaqpa");
  }

  private Ledgers open(String name) throws IOException {
    Path password = Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD + "\n");
    return LedgerTuning.open(
        LedgerTuning.of(folder.resolve(name), server.url(), password.toString()));
  }

  private static void write(Ledgers ledgers, List<UsageRecord> records) {
    Flux.fromIterable(records).flatMap(ledgers.ledger()::append, 64).blockLast(PATIENCE);
  }

  private static List<UsageRecord> read(Ledgers ledgers) {
    // Between a server that answers again and tables that are looked for there is a moment.
    return Objects.requireNonNull(ledgers.reader().records(ALL).collectList().block(PATIENCE));
  }

  private static List<UsageRecord> records(int count) {
    SplittableRandom random = new SplittableRandom(count);
    return Stream.generate(() -> RandomRecords.any(random)).limit(count).toList();
  }

  private static List<UsageRecord> sorted(List<UsageRecord> records) {
    return records.stream()
        .sorted(Comparator.comparing(UsageRecord::at).thenComparing(UsageRecord::id))
        .toList();
  }
}
