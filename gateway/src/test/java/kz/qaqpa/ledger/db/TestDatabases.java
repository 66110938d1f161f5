package kz.qaqpa.ledger.db;

import java.time.Duration;
import kz.qaqpa.fixture.PostgresServer;

/** Databases for tests of what stands on them. */
public final class TestDatabases {
  private TestDatabases() {}

  /** A database on a server, with all tables. */
  public static Database of(PostgresServer server) {
    PostgresDatabase database =
        new PostgresDatabase(
            PostgresAddress.of(server.url(), PostgresServer.USER, PostgresServer.PASSWORD),
            4,
            Duration.ofSeconds(10));
    database.prepare();
    return database;
  }
}
