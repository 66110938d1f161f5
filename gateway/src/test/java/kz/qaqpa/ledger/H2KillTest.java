package kz.qaqpa.ledger;

/** The embedded database. */
class H2KillTest extends KillContract {
  @Override
  LedgerSettings settings() {
    return LedgerMain.settings(folder, "", "");
  }
}
