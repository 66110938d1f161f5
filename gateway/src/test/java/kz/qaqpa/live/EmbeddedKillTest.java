package kz.qaqpa.live;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.ledger.LedgerSettings;

/** With the embedded database. */
class EmbeddedKillTest extends KillContract {
  @Override
  List<String> settings() {
    return List.of("server:", "  drainTimeout: 10s");
  }

  @Override
  LedgerSettings ledger(Path state) {
    return LedgerTuning.embedded(state);
  }
}
