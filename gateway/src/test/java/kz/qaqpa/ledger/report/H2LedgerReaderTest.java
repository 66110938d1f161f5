package kz.qaqpa.ledger.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Databases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reading the embedded database. */
class H2LedgerReaderTest extends LedgerReaderContract {
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

  /** Sorting would make each page of a long reading read all of the rest. */
  @ParameterizedTest
  @CsvSource({
    "'', '', primary_key",
    "'and agency = ''a''', 'agency,', usage_record_agency",
    "'and agency = ''a'' and application = ''b''', 'agency, application,',"
        + " usage_record_application"
  })
  void pagesWalkAlongAnIndex(String filter, String order, String index) {
    String plan =
        database
            .query(
                row -> row.string("plan"),
                "explain select * from usage_record where at >= ? and at < ? and (at > ? or id > ?) "
                    + filter
                    + " order by "
                    + order
                    + " at, id limit 500",
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1),
                Instant.EPOCH,
                "x")
            .blockFirst();
    assertThat(plan).containsIgnoringCase(index).contains("/* index sorted */");
  }
}
