package kz.qaqpa.ledger.db;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A query that grows by its conditions, and their values in order. Used by one thread. */
public final class Conditions {
  private final StringBuilder sql;
  private final List<Object> values = new ArrayList<>();

  /**
   * Begins a query.
   *
   * @param begin its text up to its first conditions, with {@code ?} for each of {@code values}
   */
  public Conditions(String begin, Object... values) {
    this.sql = new StringBuilder(begin);
    this.values.addAll(List.of(values));
  }

  /**
   * One more condition.
   *
   * @param condition with {@code ?} for the value
   * @param value nothing is added where it is null
   */
  public Conditions and(String condition, @Nullable Object value) {
    return value == null ? this : add(" and " + condition, value);
  }

  /** More text, with {@code ?} for each of {@code more}. */
  public Conditions add(String text, Object... more) {
    sql.append(text);
    values.addAll(List.of(more));
    return this;
  }

  /** The text so far. */
  public String sql() {
    return sql.toString();
  }

  /** The values so far. */
  public Object[] values() {
    return values.toArray();
  }
}
