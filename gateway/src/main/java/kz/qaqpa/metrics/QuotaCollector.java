package kz.qaqpa.metrics;

import static kz.qaqpa.metrics.Snapshots.count;
import static kz.qaqpa.metrics.Snapshots.counter;
import static kz.qaqpa.metrics.Snapshots.gauge;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.QuotaTotals;
import kz.qaqpa.admission.quota.Used;

/**
 * Reads the quotas once a scrape. Sums over all agencies; labels are the name of a limit, of which
 * there are eight, and what is counted.
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
    QuotaStore.Health health = quotas.health();
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
            quotas.clockBehind().toMillis() / MILLIS),
        InfoSnapshot.builder()
            .name("qaqpa_quota_store")
            .help("Where quotas are counted")
            .dataPoint(
                InfoDataPointSnapshot.builder().labels(Labels.of("kind", health.kind())).build())
            .build(),
        gauge(
            "qaqpa_quota_store_up",
            "Whether quotas are counted there now: 0 while Redis is away",
            health.up() ? 1 : 0),
        overshoot(health.overshoot()),
        gauge(
            "qaqpa_quota_pending_settles",
            "Ends of requests that Redis has not been told yet",
            (double) health.pending()),
        counter(
            "qaqpa_quota_dropped_settles",
            "Ends of requests for which there was no room: their reservations count in full",
            health.dropped()));
  }

  private static CounterSnapshot overshoot(Used over) {
    return counter(
            "qaqpa_quota_overshoot",
            "Used beyond limits while Redis was away, known when it is back")
        .dataPoint(count(Labels.of("unit", "tokens"), over.tokens()))
        .dataPoint(count(Labels.of("unit", "characters"), over.characters()))
        .build();
  }

  private static CounterSnapshot refusals(QuotaTotals totals) {
    CounterSnapshot.Builder refusals =
        counter("qaqpa_quota_refusals", "Requests refused, by the limit that was in the way");
    totals
        .refused()
        .forEach((limit, count) -> refusals.dataPoint(count(Labels.of("limit", limit), count)));
    return refusals.build();
  }
}
