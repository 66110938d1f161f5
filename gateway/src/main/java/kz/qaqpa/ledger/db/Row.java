package kz.qaqpa.ledger.db;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer, by the names of its columns. Valid only while its mapper runs. A column
 * that is not there, of another type, or null where that is not foreseen, is an {@link
 * IllegalStateException} that names it.
 */
public interface Row {

  /** Text, or null. */
  @Nullable String stringOrNull(String column);

  /** A whole number, or null. */
  @Nullable Long numberOrNull(String column);

  /** A moment, or null. */
  @Nullable Instant instantOrNull(String column);

  /** Text. */
  default String string(String column) {
    return present(column, stringOrNull(column));
  }

  /** A whole number. */
  default long number(String column) {
    return present(column, numberOrNull(column));
  }

  /** A moment. */
  default Instant instant(String column) {
    return present(column, instantOrNull(column));
  }

  private static <T> T present(String column, @Nullable T value) {
    if (value == null) {
      throw new IllegalStateException(column + ": null (expected: a value)");
    }
    return value;
  }
}
