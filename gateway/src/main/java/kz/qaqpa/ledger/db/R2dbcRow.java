package kz.qaqpa.ledger.db;

import java.time.Instant;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A row of R2DBC. */
record R2dbcRow(io.r2dbc.spi.Row row) implements Row {

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
      return row.get(column, type);
    } catch (NoSuchElementException | IllegalArgumentException e) {
      throw new IllegalStateException(column + ": not there, or no " + type.getSimpleName(), e);
    }
  }
}
