package kz.qaqpa.ledger.db;

import org.jspecify.annotations.Nullable;

/**
 * A database that is away, refuses, or is not ours. Its message is for operators and repeats no
 * value that was written.
 */
public final class DatabaseFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean away;

  private DatabaseFailure(String message, @Nullable Throwable cause, boolean away) {
    super(message, cause, false, false);
    this.away = away;
  }

  /** One that trying again does not help. */
  public DatabaseFailure(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  /** One that may pass by itself: a server that is away, or not yet ready. */
  public static DatabaseFailure away(String message, @Nullable Throwable cause) {
    return new DatabaseFailure(message, cause, true);
  }

  /** Whether it may pass by itself. */
  public boolean isAway() {
    return away;
  }
}
