package kz.qaqpa.ledger.write;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.guard.TimeLimit;
import kz.qaqpa.ledger.LedgerStats.DatabaseState;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the database, behind a circuit breaker: one failure or timeout closes it, and from
 * then on it is tried once a second. Any thread; writing blocks.
 */
final class DatabaseGate {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseGate.class);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  private final Database database;
  private final Duration timeout;
  private final TimeLimit limit;
  private final CircuitBreaker breaker;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();

  DatabaseGate(Database database, Duration timeout) {
    this.database = database;
    this.timeout = timeout;
    this.limit = new TimeLimit("database", timeout);
    breaker =
        CircuitBreaker.of(
            "ledger",
            CircuitBreakerConfig.custom()
                .slidingWindow(1, 1, SlidingWindowType.COUNT_BASED)
                .waitDurationInOpenState(BETWEEN_TRIES)
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
  }

  /** Whether the last try succeeded: everybody may write. */
  boolean isOpen() {
    return breaker.getState() == State.CLOSED;
  }

  /**
   * Writes if it is time to try, and waits until that is durable.
   *
   * @return whether it is; otherwise it may be, and may be written again
   */
  boolean write(List<Statement> statements) {
    if (!breaker.tryAcquirePermission()) {
      return false;
    }
    boolean wasOpen = isOpen();
    long begin = System.nanoTime();
    try {
      database.transaction(statements).block(timeout);
      breaker.onSuccess(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
      commits.incrementAndGet();
      if (!wasOpen) {
        LOG.info("the database takes records again");
      }
      return true;
    } catch (RuntimeException e) {
      breaker.onError(System.nanoTime() - begin, TimeUnit.NANOSECONDS, e);
      failures.incrementAndGet();
      if (isTimeout(e)) {
        limit.exceeded();
      }
      if (wasOpen) {
        LOG.error("the database takes no records, they are spooled: {}", reason(e));
      }
      return false;
    }
  }

  /** What Reactor says of a timeout names the timeout; other messages may be anything. */
  private String reason(RuntimeException e) {
    if (e instanceof DatabaseFailure failure) {
      return String.valueOf(failure.getMessage());
    }
    return isTimeout(e)
        ? "no answer within " + timeout.toMillis() + " ms"
        : e.getClass().getSimpleName();
  }

  /** Reactor's own words for an answer that did not come in time. */
  private static boolean isTimeout(RuntimeException e) {
    return e instanceof IllegalStateException;
  }

  /** Tells the circuit breaker and the time limit. */
  void guard(Guards guards) {
    guards.add(breaker);
    guards.add(limit);
  }

  long commits() {
    return commits.get();
  }

  long failures() {
    return failures.get();
  }

  DatabaseState state() {
    return switch (breaker.getState()) {
      case CLOSED, DISABLED, METRICS_ONLY -> DatabaseState.CLOSED;
      case OPEN, FORCED_OPEN -> DatabaseState.OPEN;
      case HALF_OPEN -> DatabaseState.HALF_OPEN;
    };
  }
}
