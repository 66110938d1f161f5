package kz.qaqpa.ledger.db;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A database that speaks the SQL which H2 and PostgreSQL have in common. Any thread; nothing here
 * waits. What is returned begins when it is subscribed to, answers on a thread of the database, and
 * fails with {@link DatabaseFailure}.
 *
 * <p>{@code ?} marks a parameter, and nothing else in a text may be one. Parameters are {@link
 * String}, {@link Integer}, {@link Long}, {@link Boolean}, {@link java.time.Instant} (kept to the
 * microsecond) or null.
 */
public interface Database extends AutoCloseable {

  /**
   * One statement in its own transaction.
   *
   * @return rows changed, once that is durable
   */
  Mono<Long> update(String sql, @Nullable Object... parameters);

  /** Several in one transaction, in their order, all or none; completes once that is durable. */
  Mono<Void> transaction(List<Statement> statements);

  /**
   * Rows as they are asked for, never all in memory. A reading that is not read to its end should
   * be cancelled: until then it holds one of few connections.
   *
   * @param mapper what becomes of a row, which is gone afterwards
   */
  <T> Flux<T> query(Function<Row, T> mapper, String sql, @Nullable Object... parameters);

  /** Readings that hold a connection now; 0 where that is not known. */
  default int reading() {
    return 0;
  }

  /** Lets go of everything; what still runs may fail. Waits for what is being written. */
  @Override
  void close();
}
