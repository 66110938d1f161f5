package kz.qaqpa.ledger.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The row at which a result of JDBC stands. */
record JdbcRow(ResultSet result) implements Row {

  @Override
  public @Nullable String stringOrNull(String column) {
    return get(column, String.class);
  }

  @Override
  public @Nullable Long numberOrNull(String column) {
    return get(column, Long.class);
  }

  @Override
  public @Nullable Instant instantOrNull(String column) {
    return get(column, Instant.class);
  }

  private <T> @Nullable T get(String column, Class<T> type) {
    try {
      return result.getObject(column, type);
    } catch (SQLException e) {
      throw new IllegalStateException(
          column
              + ": not there, or no "
              + type.getSimpleName()
              + " (SQL state "
              + e.getSQLState()
              + ")",
          e);
    }
  }
}
