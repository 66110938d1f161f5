package kz.qaqpa.admission.quota;

import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What clients are told of the limits that apply to them: of each kind the tightest one.
 *
 * @param requests that may begin, or null if they are not limited
 * @param tokens or null
 * @param characters or null
 */
public record RateLimits(@Nullable Rate requests, @Nullable Rate tokens, @Nullable Rate characters)
    implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Nothing is limited. */
  public static final RateLimits NONE = new RateLimits(null, null, null);

  /** Of two limits the one with less left; the first if they have the same. */
  public static @Nullable Rate tighter(@Nullable Rate one, @Nullable Rate other) {
    boolean first = other == null || (one != null && one.remaining() <= other.remaining());
    return first ? one : other;
  }

  /**
   * A limit.
   *
   * @param limit what there is in all
   * @param remaining what is left of it, reservations taken off
   * @param reset when all of it is there again
   */
  public record Rate(long limit, long remaining, Duration reset) implements Serializable {
    private static final long serialVersionUID = 1L;
  }
}
