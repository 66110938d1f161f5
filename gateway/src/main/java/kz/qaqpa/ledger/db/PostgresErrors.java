package kz.qaqpa.ledger.db;

import io.r2dbc.spi.R2dbcException;
import java.sql.SQLException;
import java.util.Objects;

/** What errors of PostgreSQL mean to an operator. Functions only. */
final class PostgresErrors {
  /** Said by the driver itself where it has no password to give. */
  private static final String REJECTED = "08004";

  private PostgresErrors() {}

  /** While it runs: the state alone, since messages may repeat values. */
  static DatabaseFailure of(String shown, Throwable e) {
    String state =
        e instanceof R2dbcException sql && sql.getSqlState() != null
            ? "SQL state " + sql.getSqlState()
            : e.getClass().getSimpleName();
    return new DatabaseFailure(shown + ": failed (" + state + ")", e);
  }

  /** Whether it may be there later: the server is away, or not yet ready. */
  static boolean isAway(SQLException e) {
    String state = Objects.requireNonNullElse(e.getSQLState(), "");
    return (state.startsWith("08") && !REJECTED.equals(state))
        || state.startsWith("57P")
        || state.startsWith("53");
  }

  /** At start, where it can be said what to do. */
  static DatabaseFailure atStart(PostgresAddress address, SQLException e) {
    String state = Objects.requireNonNullElse(e.getSQLState(), "");
    if (isAway(e)) {
      return DatabaseFailure.away(
          "ledger.url: "
              + address.shown()
              + ": cannot be reached (expected: a server that answers there)",
          e);
    }
    String words =
        switch (state) {
          case "28P01", "28000", REJECTED ->
              "ledger.passwordFile: "
                  + address.shown()
                  + " refuses user "
                  + address.user()
                  + " (expected: a user who may sign in, and the right password)";
          case "3D000" ->
              "ledger.url: " + address.shown() + ": no such database (expected: one that exists)";
          case "42501" ->
              "ledger.user: "
                  + address.user()
                  + " may not make tables in "
                  + address.shown()
                  + " (expected: the owner of the database)";
          default ->
              "ledger.url: " + address.shown() + ": cannot be used (SQL state " + state + ")";
        };
    return new DatabaseFailure(words, e);
  }
}
