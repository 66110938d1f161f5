package kz.qaqpa.ledger;

import kz.qaqpa.fixture.LedgerTuning;

/** The embedded database. */
class H2KillTest extends KillContract {
  @Override
  LedgerSettings settings() {
    return LedgerTuning.embedded(folder);
  }
}
