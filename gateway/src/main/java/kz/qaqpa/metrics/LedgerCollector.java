package kz.qaqpa.metrics;

import static kz.qaqpa.metrics.Snapshots.count;
import static kz.qaqpa.metrics.Snapshots.counter;
import static kz.qaqpa.metrics.Snapshots.gauge;
import static kz.qaqpa.metrics.Snapshots.level;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Locale;
import java.util.function.Supplier;
import kz.qaqpa.ledger.LedgerStats;
import kz.qaqpa.ledger.LedgerStats.DatabaseState;

/** Reads the ledger once a scrape. */
final class LedgerCollector implements MultiCollector {
  private final Supplier<LedgerStats> ledger;

  LedgerCollector(Supplier<LedgerStats> ledger) {
    this.ledger = ledger;
  }

  @Override
  public MetricSnapshots collect() {
    LedgerStats stats = ledger.get();
    return MetricSnapshots.of(
        gauge(
            "qaqpa_ledger_lag_seconds",
            "Age of the oldest record that is not in the database yet",
            stats.lagSeconds()),
        gauge(
            "qaqpa_ledger_waiting_records",
            "Records on their way to a commit",
            (double) stats.waiting()),
        gauge(
            "qaqpa_ledger_spooled_records",
            "Records on disk that wait for the database",
            (double) stats.spooled().records()),
        gauge("qaqpa_ledger_spooled_bytes", "Bytes of those", (double) stats.spooled().bytes()),
        gauge(
            "qaqpa_ledger_spool_capacity_bytes",
            "Bytes at most, as allowed and as the disk has room for them",
            (double) stats.spooled().capacity()),
        counter("qaqpa_ledger_records", "Records written to the database", stats.committed()),
        counter("qaqpa_ledger_commits", "Commits that succeeded", stats.commits()),
        counter(
            "qaqpa_ledger_commit_failures",
            "Commits that failed or took too long",
            stats.failures()),
        lost(stats.lost()),
        database(stats.database()));
  }

  private static CounterSnapshot lost(LedgerStats.Lost lost) {
    return counter(
            "qaqpa_ledger_lost",
            "Records dropped from a full spool, records that were kept nowhere, rows of refusals")
        .dataPoint(count(Labels.of("what", "dropped"), lost.dropped()))
        .dataPoint(count(Labels.of("what", "failed"), lost.failed()))
        .dataPoint(count(Labels.of("what", "refusals"), lost.refusals()))
        .build();
  }

  private static GaugeSnapshot database(DatabaseState now) {
    GaugeSnapshot.Builder states =
        gauge(
            "qaqpa_ledger_breaker",
            "1 at the state it is in: closed, commits go to the database; else to the spool");
    for (DatabaseState state : DatabaseState.values()) {
      states.dataPoint(
          level(Labels.of("state", state.name().toLowerCase(Locale.ROOT)), state == now ? 1 : 0));
    }
    return states.build();
  }
}
