package kz.qaqpa.admission.quota;

import java.time.Duration;

/**
 * Why a request cannot begin.
 *
 * @param kind what clients should do about it
 * @param setting the limit's name in {@code agencies.yaml}
 * @param whose {@code agency minfin} or {@code application tax-chat}
 * @param found what the request needs at least
 * @param most what it could have had
 * @param retryAfter when trying again makes sense; zero for {@link Kind#NEVER}
 * @param rates how the limits stand
 */
public record Shortage(
    Kind kind,
    String setting,
    String whose,
    long found,
    long most,
    Duration retryAfter,
    RateLimits rates)
    implements Entry, Outcome {

  /** What clients should do about it. */
  public enum Kind {
    /** Wait: for a minute to end, or for running requests to. */
    PASSING,
    /** Come back on another day, or in another month. */
    LASTING,
    /** Ask for less: the limit itself is too small. */
    NEVER
  }
}
