package kz.qaqpa.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.LedgerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** With PostgreSQL. */
@Tag("postgres")
class PostgresKillTest extends KillContract {
  private static PostgresServer server;

  @TempDir private static Path secrets;

  @BeforeAll
  static void start() throws IOException {
    server = PostgresServer.start();
    Files.writeString(password(), PostgresServer.PASSWORD);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Path password() {
    return secrets.resolve("password");
  }

  @Override
  List<String> settings() {
    return List.of(
        "ledger:",
        "  url: " + server.url(),
        "  user: " + PostgresServer.USER,
        "  passwordFile: " + password());
  }

  @Override
  LedgerSettings ledger(Path state) {
    return LedgerTuning.of(state, server.url(), password().toString());
  }
}
