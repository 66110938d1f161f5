package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.Set;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** PostgreSQL: gateways that are killed, and the server with them. */
@Tag("postgres")
class PostgresKillTest extends KillContract {
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  LedgerSettings settings() {
    try {
      return LedgerTuning.of(
          folder,
          server.url(),
          Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD + "\n").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatWasToldWhileTheServerIsAwayIsThereLater() {
    Set<String> told = new HashSet<>();
    Seeds.forRandom(
        TestSize.tries(1, 10),
        random -> {
          server.kill();
          told.addAll(killed(random));
          told.addAll(killed(random)); // Its spool beside the one that is there.
          server.restart();
          assertAllThere(told);
        });
    assertThat(told).isNotEmpty();
  }
}
