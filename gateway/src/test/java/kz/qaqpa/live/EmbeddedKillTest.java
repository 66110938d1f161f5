package kz.qaqpa.live;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.ledger.LedgerSettings;
import kz.qaqpa.ledger.LedgerSettings.WhenFull;

/** With the embedded database. */
class EmbeddedKillTest extends KillContract {
  @Override
  List<String> settings() {
    return List.of("server:", "  drainTimeout: 10s");
  }

  @Override
  LedgerSettings ledger(Path state) {
    return new LedgerSettings(
        state,
        "",
        "qaqpa",
        "",
        2,
        Duration.ofMillis(5),
        Duration.ofSeconds(2),
        16L << 20,
        WhenFull.REFUSE);
  }
}
