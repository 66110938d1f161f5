package kz.qaqpa.label.sign;

/** An answer that cannot be signed, or not now. No stack trace: it is an answer like another. */
public final class SigningFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What was in the way. */
  public enum Reason {
    /** As many answers as may be are in the making. */
    BUSY,
    /** It is no key's time. */
    NO_KEY,
    /** The token does not sign. */
    TOKEN,
    /** It took too long. */
    TIMEOUT,
    /** The gateway stops. */
    STOPPED
  }

  private final Reason reason;

  SigningFailure(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** What was in the way. */
  public Reason reason() {
    return reason;
  }

  /** The message, for clients. */
  public String text() {
    return String.valueOf(getMessage());
  }
}
