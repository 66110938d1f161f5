package kz.qaqpa.ledger.db;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer, by the names of its columns. Valid only while its mapper runs. A column
 * that is not there, of another type, or null where that is not foreseen, is an {@link
 * IllegalStateException} that names it.
 */
public interface Row {

  /**
   * A value, or null.
   *
   * @param type {@link String}, {@link Long} or {@link Instant}
   */
  <T> @Nullable T valueOrNull(String column, Class<T> type);

  /** Text, or null. */
  default @Nullable String stringOrNull(String column) {
    return valueOrNull(column, String.class);
  }

  /** A whole number, or null. */
  default @Nullable Long numberOrNull(String column) {
    return valueOrNull(column, Long.class);
  }

  /** A moment, or null. */
  default @Nullable Instant instantOrNull(String column) {
    return valueOrNull(column, Instant.class);
  }

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
