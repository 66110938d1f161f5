package kz.qaqpa.ledger.db;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the tables that this version knows, by Flyway. Functions only. */
final class Schema {
  /** The last file of {@code db/migration}. */
  static final int VERSION = 2;

  private static final String HISTORY = "flyway_schema_history";

  private Schema() {}

  /**
   * Migrates. Flyway takes longer to begin than the embedded database, so it is left alone where
   * its own history says that there is nothing to do.
   *
   * @param shown what messages call the database
   * @throws DatabaseFailure if it is of a newer version, or its tables are not those that were made
   * @throws SQLException if it cannot be spoken to
   */
  static void migrate(DataSource database, String shown) throws SQLException {
    int found = version(database);
    if (found == VERSION) {
      return;
    }
    if (found > VERSION) {
      throw new DatabaseFailure(
          shown
              + ": version "
              + found
              + ", made by a newer Qaqpa (expected: at most "
              + VERSION
              + "); start the newer one, or restore a backup",
          null);
    }
    try {
      Flyway.configure(Schema.class.getClassLoader())
          .dataSource(database)
          .locations("classpath:db/migration")
          .failOnMissingLocations(true)
          .skipDefaultCallbacks(true)
          .loggers("slf4j")
          .load()
          .migrate();
    } catch (FlywayException e) {
      throw new DatabaseFailure(
          shown + ": its tables could not be brought to version " + VERSION + " (" + kind(e) + ")",
          e);
    }
  }

  /** What went wrong, without texts of the database, which may be anything. */
  private static String kind(FlywayException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException sql) {
        return "SQL state " + sql.getSQLState();
      }
    }
    return Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName())
        .lines()
        .findFirst()
        .orElse("");
  }

  /**
   * The version of the tables, 0 if there are none, or -1 if something failed half way and Flyway
   * has to say what.
   */
  private static int version(DataSource database) throws SQLException {
    try (Connection connection = database.getConnection()) {
      if (!hasHistory(connection)) {
        return 0;
      }
      try (ResultSet row =
          connection
              .createStatement()
              .executeQuery(
                  "select max(cast(version as int)) as version,"
                      + " sum(case when success then 0 else 1 end) as failed from "
                      + HISTORY
                      + " where version is not null")) {
        row.next();
        return row.getInt("failed") > 0 ? -1 : row.getInt("version");
      }
    }
  }

  private static boolean hasHistory(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    try (ResultSet tables =
        data.getTables(connection.getCatalog(), connection.getSchema(), HISTORY, null)) {
      return tables.next();
    }
  }
}
