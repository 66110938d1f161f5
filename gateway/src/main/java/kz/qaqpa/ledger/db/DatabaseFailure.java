package kz.qaqpa.ledger.db;

import org.jspecify.annotations.Nullable;

/**
 * A database that is away, refuses, or is not ours. Its message is for operators and repeats no
 * value that was written.
 */
public final class DatabaseFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseFailure(String message) {
    this(message, null);
  }

  public DatabaseFailure(String message, @Nullable Throwable cause) {
    super(message, cause, false, false);
  }
}
