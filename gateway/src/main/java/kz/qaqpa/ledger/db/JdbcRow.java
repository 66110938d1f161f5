package kz.qaqpa.ledger.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The row at which a result of JDBC stands. */
record JdbcRow(ResultSet result) implements Row {

  @Override
  public <T> @Nullable T valueOrNull(String column, Class<T> type) {
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
