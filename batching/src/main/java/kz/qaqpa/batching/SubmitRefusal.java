package kz.qaqpa.batching;

/** Why {@link BatchingEngine#submit} did not take a request. No stack trace. */
public final class SubmitRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What stood in the way. */
  public enum Reason {
    /** The waiting queue or the ring in front of it is full. */
    QUEUE_FULL,
    /** The server is draining or stopped. */
    DRAINING,
    /** The engine failed and has not come back. */
    UNHEALTHY,
    /** Prompt and allowed output do not fit into a slot. */
    TOO_LONG
  }

  public SubmitRefusal(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** What stood in the way. */
  public Reason reason() {
    return reason;
  }
}
