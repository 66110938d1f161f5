package kz.qaqpa.metrics;

import static kz.qaqpa.metrics.Snapshots.count;
import static kz.qaqpa.metrics.Snapshots.counter;
import static kz.qaqpa.metrics.Snapshots.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import kz.qaqpa.admission.Identification;

/** Reads once a scrape how up to date the registry is. */
final class RegistryCollector implements MultiCollector {
  private final Identification identification;

  RegistryCollector(Identification identification) {
    this.identification = identification;
  }

  @Override
  public MetricSnapshots collect() {
    Identification.Upkeep upkeep = identification.upkeep();
    return MetricSnapshots.of(
        counter(
                "qaqpa_registry_reloads",
                "Times that agencies.yaml had changed, by whether it was taken over")
            .dataPoint(count(Labels.of("outcome", "applied"), upkeep.applied()))
            .dataPoint(count(Labels.of("outcome", "refused"), upkeep.refused()))
            .build(),
        gauge(
            "qaqpa_registry_stale",
            "1 while agencies.yaml is wrong and an older state of it holds",
            upkeep.stale() ? 1 : 0));
  }
}
