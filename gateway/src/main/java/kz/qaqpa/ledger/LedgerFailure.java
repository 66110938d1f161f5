package kz.qaqpa.ledger;

/** A record that can be kept nowhere: the database is away and there is no room to wait for it. */
public final class LedgerFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LedgerFailure(String message) {
    super(message, null, false, false);
  }

  /** The message, for clients. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
