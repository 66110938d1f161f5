package kz.qaqpa.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.ledger.LedgerStats;
import kz.qaqpa.ledger.LedgerStats.DatabaseState;
import kz.qaqpa.ledger.LedgerStats.Lost;
import kz.qaqpa.ledger.LedgerStats.Spooled;
import org.junit.jupiter.api.Test;

class LedgerCollectorTest {

  @Test
  void everyFigureHasItsName() {
    LedgerStats stats =
        new LedgerStats(
            1.5, 2, new Spooled(3, 4, 5), 6, 7, 8, new Lost(9, 10, 11), DatabaseState.OPEN);
    try (GatewayMetrics metrics = new GatewayMetrics("kaz-mini")) {
      metrics.watch(() -> stats);
      assertThat(metrics.scrape())
          .contains(
              "\nqaqpa_ledger_lag_seconds 1.5\n",
              "\nqaqpa_ledger_waiting_records 2.0\n",
              "\nqaqpa_ledger_spooled_records 3.0\n",
              "\nqaqpa_ledger_spooled_bytes 4.0\n",
              "\nqaqpa_ledger_spool_capacity_bytes 5.0\n",
              "\nqaqpa_ledger_records_total 6.0\n",
              "\nqaqpa_ledger_commits_total 7.0\n",
              "\nqaqpa_ledger_commit_failures_total 8.0\n",
              "\nqaqpa_ledger_lost_total{what=\"dropped\"} 9.0\n",
              "\nqaqpa_ledger_lost_total{what=\"failed\"} 10.0\n",
              "\nqaqpa_ledger_lost_total{what=\"refusals\"} 11.0\n",
              "\nqaqpa_ledger_breaker{state=\"open\"} 1.0\n",
              "\nqaqpa_ledger_breaker{state=\"closed\"} 0.0\n");
    }
  }
}
