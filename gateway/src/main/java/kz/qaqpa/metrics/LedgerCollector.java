package kz.qaqpa.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
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
            "Bytes at most",
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
    return CounterSnapshot.builder()
        .name("qaqpa_ledger_lost")
        .help("Records dropped from a full spool, records that were kept nowhere, rows of refusals")
        .dataPoint(point("dropped", lost.dropped()))
        .dataPoint(point("failed", lost.failed()))
        .dataPoint(point("refusals", lost.refusals()))
        .build();
  }

  private static CounterDataPointSnapshot point(String what, long value) {
    return CounterDataPointSnapshot.builder()
        .labels(Labels.of("what", what))
        .value((double) value)
        .build();
  }

  private static GaugeSnapshot database(DatabaseState now) {
    GaugeSnapshot.Builder states =
        GaugeSnapshot.builder()
            .name("qaqpa_ledger_breaker")
            .help("1 at the state it is in: closed, commits go to the database; else to the spool");
    for (DatabaseState state : DatabaseState.values()) {
      states.dataPoint(
          GaugeDataPointSnapshot.builder()
              .labels(Labels.of("state", state.name().toLowerCase(Locale.ROOT)))
              .value(state == now ? 1 : 0)
              .build());
    }
    return states.build();
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
