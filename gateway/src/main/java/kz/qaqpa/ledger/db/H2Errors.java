package kz.qaqpa.ledger.db;

import java.sql.SQLException;
import org.h2.api.ErrorCode;

/** What errors of the embedded database mean to an operator. Functions only. */
final class H2Errors {
  private H2Errors() {}

  /** While it runs: the state alone, since messages may repeat values. */
  static DatabaseFailure of(String shown, SQLException e) {
    return new DatabaseFailure(shown + ": failed (SQL state " + e.getSQLState() + ")", e);
  }

  /** At start, where it can be said what to do. */
  static DatabaseFailure atStart(String shown, SQLException e) {
    String words =
        switch (e.getErrorCode()) {
          case ErrorCode.DATABASE_ALREADY_OPEN_1 ->
              ": in use by another process (expected: a folder of its own for each gateway)";
          case ErrorCode.FILE_VERSION_ERROR_1, ErrorCode.UNSUPPORTED_SETTING_1 ->
              ": of another version of H2 (expected: a file that this version wrote)";
          case ErrorCode.FILE_CORRUPTED_1 ->
              ": damaged (expected: a database); restore a backup, or move the file away to begin"
                  + " an empty one";
          case ErrorCode.IO_EXCEPTION_1,
              ErrorCode.IO_EXCEPTION_2,
              ErrorCode.FILE_CREATION_FAILED_1 ->
              ": cannot be read and written (expected: a folder and a disk that allow it)";
          default -> ": cannot be opened (SQL state " + e.getSQLState() + ")";
        };
    return new DatabaseFailure(shown + words, e);
  }
}
