package kz.qaqpa.batching;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why {@link BatchingEngine#submit} did not take a request. No stack trace. */
public final class SubmitRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final @Nullable Duration retryAfter;

  /** What stood in the way. */
  public enum Reason {
    /** The waiting queue or the ring in front of it is full. */
    QUEUE_FULL,
    /** The server is draining or stopped. */
    DRAINING,
    /** The engine failed and has not come back. */
    UNHEALTHY,
    /** Prompt and allowed output do not fit into a slot. */
    TOO_LONG,
    /** It would not be answered before its deadline, see {@link #retryAfter}. */
    TOO_LATE
  }

  public SubmitRefusal(Reason reason, String message) {
    this(reason, message, null);
  }

  private SubmitRefusal(Reason reason, String message, @Nullable Duration retryAfter) {
    super(message, null, false, false);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  /**
   * A refusal by {@link Reason#TOO_LATE}.
   *
   * @param retryAfter when the same request would be taken if nobody else came; null for never
   */
  public static SubmitRefusal tooLate(@Nullable Duration retryAfter) {
    return new SubmitRefusal(
        Reason.TOO_LATE,
        retryAfter == null
            ? "the answer would take longer than its deadline allows"
            : "as much as waits, the answer would not be done before its deadline",
        retryAfter);
  }

  /** What stood in the way. */
  public Reason reason() {
    return reason;
  }

  /** When the same request would be taken if nobody else came, where that is known. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
