package kz.qaqpa.admin.audit;

import java.util.List;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.TestDatabases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** On PostgreSQL, which each gateway reaches over connections of its own. */
@Tag("postgres")
class PostgresAuditTrailTest extends DatabaseAuditTrailContract {
  private static PostgresServer server;
  private static List<Database> databases;
  private static int next;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
    databases =
        List.of(TestDatabases.of(server), TestDatabases.of(server), TestDatabases.of(server));
  }

  @AfterAll
  static void stop() {
    databases.forEach(Database::close);
    server.close();
  }

  @Override
  Database database() {
    return databases.get(next++ % databases.size());
  }
}
