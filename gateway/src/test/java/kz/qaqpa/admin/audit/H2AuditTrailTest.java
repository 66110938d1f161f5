package kz.qaqpa.admin.audit;

import java.nio.file.Path;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Databases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** On the embedded database. */
class H2AuditTrailTest extends DatabaseAuditTrailContract {
  @TempDir static Path folder;

  private static Database database;

  @BeforeAll
  static void open() {
    database = Databases.embedded(folder, 2);
  }

  @AfterAll
  static void close() {
    database.close();
  }

  @Override
  Database database() {
    return database;
  }
}
