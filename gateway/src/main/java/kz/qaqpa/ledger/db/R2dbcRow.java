package kz.qaqpa.ledger.db;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A row of R2DBC. */
record R2dbcRow(io.r2dbc.spi.Row row) implements Row {

  @Override
  public <T> @Nullable T valueOrNull(String column, Class<T> type) {
    try {
      return row.get(column, type);
    } catch (NoSuchElementException | IllegalArgumentException e) {
      throw new IllegalStateException(column + ": not there, or no " + type.getSimpleName(), e);
    }
  }
}
