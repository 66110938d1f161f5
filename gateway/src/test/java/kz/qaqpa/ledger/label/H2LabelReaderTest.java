package kz.qaqpa.ledger.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Databases;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The registry in the embedded database. */
class H2LabelReaderTest extends LabelReaderContract {
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

  /** Sorting would make each page of a long search read all of the rest. */
  @ParameterizedTest
  @CsvSource({
    "'', '', primary_key",
    "'and agency = ''a''', 'agency,', label_agency",
    "'and agency = ''a'' and application = ''b''', 'agency, application,', label_application"
  })
  void pagesWalkAlongAnIndex(String filter, String order, String index) {
    String plan =
        database
            .query(
                row -> row.string("plan"),
                "explain select * from label where id > ? and id < ? and at >= ? and at < ? "
                    + filter
                    + " order by "
                    + order
                    + " id limit 200",
                "0",
                "7",
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(1))
            .blockFirst();
    assertThat(plan).containsIgnoringCase(index).contains("/* index sorted */");
  }

  @Test
  void aHashIsLookedUpAlongItsIndex() {
    String plan =
        database
            .query(
                row -> row.string("plan"),
                "explain select label_id from label_content where sha256 = ?"
                    + " order by sha256, label_id limit 1",
                "x")
            .blockFirst();
    assertThat(plan).containsIgnoringCase("label_content_sha256").contains("/* index sorted */");
  }
}
