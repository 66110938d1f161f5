package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.guard.Guards;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where what agencies use and hold is counted: in this process, or in one place for many. Any
 * thread; nothing here waits.
 */
public interface QuotaStore extends AutoCloseable {

  /**
   * A counter of an account.
   *
   * @param counter which
   * @param limit {@link Long#MAX_VALUE} if there is none
   * @param settled used
   * @param reserved held by running requests
   */
  record Reading(Counter counter, long limit, long settled, long reserved) {}

  /**
   * How a store is.
   *
   * @param kind {@code memory} or {@code redis}
   * @param up whether it counts; else each application does what its {@link QuotaFallback} says
   * @param overshoot what was used beyond limits while it was away, known when it is back
   * @param pending ends of requests that it has not been told yet
   * @param dropped ends of requests that it will never be told: their reservations count in full
   */
  record Health(String kind, boolean up, Used overshoot, long pending, long dropped) {}

  /** Begins a request: takes a stream and counts it against the requests per second. */
  Entry enter(Subject subject);

  /**
   * How the open windows stand, all of one moment.
   *
   * @param application null for the agency as a whole
   */
  Mono<List<Reading>> read(String agency, @Nullable String application);

  /** Sums over all agencies of this process, each exact, together not of one moment. */
  QuotaTotals totals();

  /** By how much the clock was set back and has not yet caught up: windows stand still so long. */
  Duration clockBehind();

  /** How it is now. */
  Health health();

  /** Tells what guards it; nothing where it is this process's own memory. */
  default void guard(Guards guards) {}

  /** Ends its work; what it has not been told yet gets a moment. */
  @Override
  void close();
}
