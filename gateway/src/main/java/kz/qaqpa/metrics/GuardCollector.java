package kz.qaqpa.metrics;

import static kz.qaqpa.metrics.Snapshots.count;
import static kz.qaqpa.metrics.Snapshots.counter;
import static kz.qaqpa.metrics.Snapshots.gauge;
import static kz.qaqpa.metrics.Snapshots.level;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.guard.TimeLimit;

/**
 * Reads circuit breakers, bulkheads and time limits once a scrape, under the names of
 * Resilience4j's own Micrometer module.
 */
final class GuardCollector implements MultiCollector {
  private static final double MILLIS = 1e3;

  private final Guards guards;

  GuardCollector(Guards guards) {
    this.guards = guards;
  }

  @Override
  public MetricSnapshots collect() {
    return MetricSnapshots.of(
        states(), refused(), failures(), available(), most(), limits(), timeouts());
  }

  private GaugeSnapshot states() {
    GaugeSnapshot.Builder states =
        gauge("resilience4j_circuitbreaker_state", "1 at the state that a circuit breaker is in");
    for (CircuitBreaker breaker : guards.breakers()) {
      for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
        String name = state.name().toLowerCase(Locale.ROOT);
        Labels labels = Labels.of("name", breaker.getName(), "state", name);
        states.dataPoint(level(labels, breaker.getState() == state ? 1 : 0));
      }
    }
    return states.build();
  }

  private CounterSnapshot refused() {
    CounterSnapshot.Builder refused =
        counter(
            "resilience4j_circuitbreaker_not_permitted_calls",
            "Calls that an open circuit breaker did not let through");
    for (CircuitBreaker breaker : guards.breakers()) {
      refused.dataPoint(
          count(
              Labels.of("kind", "not_permitted", "name", breaker.getName()),
              breaker.getMetrics().getNumberOfNotPermittedCalls()));
    }
    return refused.build();
  }

  private GaugeSnapshot failures() {
    GaugeSnapshot.Builder rates =
        gauge(
            "resilience4j_circuitbreaker_failure_rate",
            "Failed calls of the last ones in percent, -1 while they are too few to tell");
    for (CircuitBreaker breaker : guards.breakers()) {
      rates.dataPoint(
          level(Labels.of("name", breaker.getName()), breaker.getMetrics().getFailureRate()));
    }
    return rates.build();
  }

  private GaugeSnapshot available() {
    GaugeSnapshot.Builder free =
        gauge("resilience4j_bulkhead_available_concurrent_calls", "Places of a bulkhead left");
    for (Bulkhead bulkhead : guards.bulkheads()) {
      free.dataPoint(level(Labels.of("name", bulkhead.name()), bulkhead.available()));
    }
    return free.build();
  }

  private GaugeSnapshot most() {
    GaugeSnapshot.Builder most =
        gauge("resilience4j_bulkhead_max_allowed_concurrent_calls", "Places of a bulkhead in all");
    for (Bulkhead bulkhead : guards.bulkheads()) {
      most.dataPoint(level(Labels.of("name", bulkhead.name()), bulkhead.most()));
    }
    return most.build();
  }

  private GaugeSnapshot limits() {
    GaugeSnapshot.Builder limits =
        gauge("qaqpa_time_limit_seconds", "How long something may take, as it is set");
    for (TimeLimit limit : guards.limits()) {
      limits.dataPoint(level(Labels.of("name", limit.name()), limit.limit().toMillis() / MILLIS));
    }
    return limits.build();
  }

  private CounterSnapshot timeouts() {
    CounterSnapshot.Builder timeouts =
        counter("resilience4j_timelimiter_calls", "How often it took longer");
    for (TimeLimit limit : guards.limits()) {
      timeouts.dataPoint(
          count(Labels.of("kind", "timeout", "name", limit.name()), limit.timeouts()));
    }
    return timeouts.build();
  }
}
