package kz.qaqpa.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The circuit breakers, bulkheads and time limits of a gateway, as its parts tell them while it
 * starts. Any thread.
 */
public final class Guards {
  private final List<CircuitBreaker> breakers = new CopyOnWriteArrayList<>();
  private final List<Bulkhead> bulkheads = new CopyOnWriteArrayList<>();
  private final List<TimeLimit> limits = new CopyOnWriteArrayList<>();

  /** Adds a circuit breaker, by its own name. */
  public void add(CircuitBreaker breaker) {
    breakers.add(breaker);
  }

  /** Adds a bulkhead. */
  public void add(Bulkhead bulkhead) {
    bulkheads.add(bulkhead);
  }

  /** Adds a time limit. */
  public void add(TimeLimit limit) {
    limits.add(limit);
  }

  /** The circuit breakers. */
  public List<CircuitBreaker> breakers() {
    return breakers;
  }

  /** The bulkheads. */
  public List<Bulkhead> bulkheads() {
    return bulkheads;
  }

  /** The time limits. */
  public List<TimeLimit> limits() {
    return limits;
  }

  /** A line for each that holds something back now, or did within the last minute. */
  public List<String> details() {
    List<String> details = new ArrayList<>();
    for (CircuitBreaker breaker : breakers) {
      switch (breaker.getState()) {
        case OPEN, HALF_OPEN ->
            details.add(
                "circuit breaker "
                    + breaker.getName()
                    + ": "
                    + breaker.getState().name().toLowerCase(Locale.ROOT));
        case CLOSED, DISABLED, METRICS_ONLY, FORCED_OPEN -> {} // The last one is a setting.
      }
    }
    for (Bulkhead bulkhead : bulkheads) {
      if (bulkhead.available() == 0) {
        details.add("bulkhead " + bulkhead.name() + ": all " + bulkhead.most() + " places taken");
      }
    }
    for (TimeLimit limit : limits) {
      if (limit.isRecent()) {
        details.add(
            "time limit "
                + limit.name()
                + ": more than "
                + limit.limit().toMillis()
                + " ms within the last minute");
      }
    }
    return details;
  }
}
