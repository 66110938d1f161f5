package kz.qaqpa.ledger.label;

import java.time.Duration;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Databases;
import kz.qaqpa.ledger.db.PostgresAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The registry in PostgreSQL. */
@Tag("postgres")
class PostgresLabelReaderTest extends LabelReaderContract {
  private static PostgresServer server;
  private static Database database;

  @BeforeAll
  static void open() {
    server = PostgresServer.start();
    database =
        Databases.postgres(
            PostgresAddress.of(server.url(), PostgresServer.USER, PostgresServer.PASSWORD),
            2,
            Duration.ofSeconds(5));
  }

  @AfterAll
  static void close() {
    database.close();
    server.close();
  }

  @Override
  Database database() {
    return database;
  }
}
