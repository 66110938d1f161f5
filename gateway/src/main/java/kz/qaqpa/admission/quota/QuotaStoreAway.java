package kz.qaqpa.admission.quota;

/**
 * Quotas cannot be counted now, and the application may not go on without. Expected, hence without
 * a stack trace.
 */
public final class QuotaStoreAway extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message for clients
   */
  public QuotaStoreAway(String message) {
    super(message, null, false, false);
  }

  /** The message; never null. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
