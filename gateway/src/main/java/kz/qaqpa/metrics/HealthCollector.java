package kz.qaqpa.metrics;

import static kz.qaqpa.metrics.Snapshots.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import kz.qaqpa.health.Readiness;

/** Reads what {@code /readyz} says once a scrape. */
final class HealthCollector implements MultiCollector {
  private final Readiness readiness;

  HealthCollector(Readiness readiness) {
    this.readiness = readiness;
  }

  @Override
  public MetricSnapshots collect() {
    return MetricSnapshots.of(
        gauge("qaqpa_ready", "Whether /readyz says ready", readiness.reasons().isEmpty() ? 1 : 0),
        gauge(
            "qaqpa_degraded",
            "Matters that /readyz says should be looked at",
            (double) readiness.details().size()));
  }
}
