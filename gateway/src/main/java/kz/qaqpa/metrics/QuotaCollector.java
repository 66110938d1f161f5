package kz.qaqpa.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.QuotaTotals;

/**
 * Reads the quotas once a scrape. Sums over all agencies; the one label is the name of a limit, of
 * which there are eight.
 */
final class QuotaCollector implements MultiCollector {
  private static final double MILLIS = 1e3;

  private final QuotaStore quotas;

  QuotaCollector(QuotaStore quotas) {
    this.quotas = quotas;
  }

  @Override
  public MetricSnapshots collect() {
    QuotaTotals totals = quotas.totals();
    return MetricSnapshots.of(
        counter("qaqpa_quota_tokens", "Tokens charged", totals.settled().tokens()),
        counter("qaqpa_quota_characters", "Characters charged", totals.settled().characters()),
        gauge(
            "qaqpa_quota_reserved_tokens",
            "Tokens held by running requests",
            (double) totals.reserved().tokens()),
        gauge(
            "qaqpa_quota_reserved_characters",
            "Characters held by running requests",
            (double) totals.reserved().characters()),
        counter(
            "qaqpa_quota_shrunk", "Requests granted shorter answers than asked", totals.shrunk()),
        refusals(totals),
        gauge(
            "qaqpa_quota_clock_behind_seconds",
            "How far the clock was set back: windows stand still until it has caught up",
            quotas.clockBehind().toMillis() / MILLIS));
  }

  private static CounterSnapshot refusals(QuotaTotals totals) {
    CounterSnapshot.Builder refusals =
        CounterSnapshot.builder()
            .name("qaqpa_quota_refusals")
            .help("Requests refused, by the limit that was in the way");
    totals
        .refused()
        .forEach((limit, count) ->
            refusals.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(Labels.of("limit", limit))
                    .value((double) count)
                    .build()));
    return refusals.build();
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }

  private static CounterSnapshot counter(String name, String help, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
        .build();
  }
}
