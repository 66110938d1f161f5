package kz.qaqpa.ledger.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded database. */
class H2DatabaseTest extends DatabaseContract {
  @TempDir static Path shared;

  private static Database open;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    open = H2Database.open(shared, 2);
  }

  @AfterAll
  static void close() {
    open.close();
  }

  @Override
  Database database() {
    return open;
  }

  @Test
  void whatWasWrittenIsThereWhenItIsOpenedAgain() {
    try (Database first = H2Database.open(folder, 1)) {
      done(first.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
    }
    try (Database second = H2Database.open(folder, 1)) {
      assertThat(done(second.query(row -> row.string("reason"), "select * from suspension").next()))
          .isEqualTo("d");
    }
  }

  @Test
  void aDatabaseThatFailedIsOpenedAnew() {
    try (Database database = H2Database.open(folder, 2)) {
      done(database.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
      assertThatThrownBy(() -> done(database.update("shutdown immediately")))
          .isInstanceOf(DatabaseFailure.class);
      done(database.update("insert into suspension values ('a', 'c', 'c', 'd', now())"));
      assertThat(
              done(
                  database
                      .query(row -> row.number("n"), "select count(*) as n from suspension")
                      .next()))
          .isEqualTo(2);
    }
  }

  @Test
  void aNewerDatabaseIsLeftAlone() {
    try (Database database = H2Database.open(folder, 1)) {
      done(
          database.update(
              "insert into flyway_schema_history (installed_rank, version, description, type,"
                  + " script, checksum, installed_by, execution_time, success) values (99, '7',"
                  + " 'x', 'SQL', 'x', 1, 'x', 1, true)"));
    }
    assertThatThrownBy(() -> H2Database.open(folder, 1))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessage(
            "ledger.folder: "
                + folder.resolve("ledger.mv.db")
                + ": version 7, made by a newer Qaqpa (expected: at most "
                + Schema.VERSION
                + "); start the newer one, or restore a backup");
  }

  @Test
  void aDamagedFileIsOneSentence() throws IOException {
    H2Database.open(folder, 1).close();
    Path file = folder.resolve("ledger.mv.db");
    byte[] bytes = Files.readAllBytes(file);
    Arrays.fill(bytes, (byte) 7);
    Files.write(file, bytes);
    assertThatThrownBy(() -> H2Database.open(folder, 1))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessageStartingWith("ledger.folder: " + file + ": damaged (expected: a database)");
  }

  @Test
  void theVersionIsThatOfTheLastMigration() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/main/resources/db/migration"))) {
      assertThat(
              files
                  .map(file -> file.getFileName().toString())
                  .map(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
                  .max(Integer::compare))
          .contains(Schema.VERSION);
    }
  }

  @Test
  void theFileDoesNotGrowWithCommits() throws IOException {
    int commits = TestSize.tries(3000, 30_000);
    Path file = folder.resolve("ledger.mv.db");
    // With H2's usual retention the file of three quarters of a minute stays.
    try (Database database = H2Database.open(folder, 1, 0)) {
      done(database.update("insert into suspension values ('a', 'b', 'c', 'd', now())"));
      for (int i = 0; i < commits; i++) {
        database
            .transaction(List.of(Statement.of("update suspension set reason = ?", "reason " + i)))
            .block();
      }
      // About 10 KiB a commit are written; without housekeeping all of them stay.
      assertThat(Files.size(file)).isLessThan(commits * 8192L);
    }
  }
}
