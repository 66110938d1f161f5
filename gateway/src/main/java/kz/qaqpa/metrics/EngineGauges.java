package kz.qaqpa.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.EngineGauge;

/**
 * The gauges that an engine brings, read at each scrape; one that has no number now is left out.
 */
final class EngineGauges implements MultiCollector {
  private static final String PREFIX = "qaqpa_";

  private final Labels labels;
  private final List<EngineGauge> gauges;

  EngineGauges(String model, List<EngineGauge> gauges) {
    this.labels = Labels.of("model_name", model, "engine", "0");
    this.gauges = List.copyOf(gauges);
  }

  @Override
  public MetricSnapshots collect() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    for (EngineGauge gauge : gauges) {
      double value = gauge.value().getAsDouble();
      if (!Double.isNaN(value)) {
        snapshots.add(Snapshots.gauge(PREFIX + gauge.name(), gauge.help(), labels, value));
      }
    }
    return new MetricSnapshots(snapshots);
  }
}
