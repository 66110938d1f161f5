package kz.qaqpa.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
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
        CounterSnapshot.builder()
            .name("qaqpa_registry_reloads")
            .help("Times that agencies.yaml had changed, by whether it was taken over")
            .dataPoint(point("applied", upkeep.applied()))
            .dataPoint(point("refused", upkeep.refused()))
            .build(),
        GaugeSnapshot.builder()
            .name("qaqpa_registry_stale")
            .help("1 while agencies.yaml is wrong and an older state of it holds")
            .dataPoint(GaugeDataPointSnapshot.builder().value(upkeep.stale() ? 1 : 0).build())
            .build());
  }

  private static CounterDataPointSnapshot point(String outcome, long count) {
    return CounterDataPointSnapshot.builder()
        .labels(Labels.of("outcome", outcome))
        .value((double) count)
        .build();
  }
}
