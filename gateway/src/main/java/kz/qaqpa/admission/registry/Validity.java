package kz.qaqpa.admission.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When something is good.
 *
 * @param notBefore from then on, or null for always
 * @param expires until then, or null for ever
 * @param revoked never again
 */
record Validity(@Nullable Instant notBefore, @Nullable Instant expires, boolean revoked) {
  static final Validity ALWAYS = new Validity(null, null, false);

  static Validity of(
      @Nullable Instant notBefore, @Nullable Instant expires, @Nullable Boolean revoked) {
    return new Validity(notBefore, expires, revoked != null && revoked);
  }

  /** Checks that the end comes after the beginning. */
  static void check(@Nullable Instant notBefore, @Nullable Instant expires) {
    if (notBefore != null && expires != null && !notBefore.isBefore(expires)) {
      throw new IllegalArgumentException("notBefore: " + notBefore + " (expected: before expires)");
    }
  }

  /** What is wrong with it at a moment, in a word, or null. */
  @Nullable String trouble(Instant now) {
    if (revoked) {
      return "revoked";
    }
    if (expires != null && !now.isBefore(expires)) {
      return "expired";
    }
    return notBefore != null && now.isBefore(notBefore) ? "not yet valid" : null;
  }

  /** The earlier end of the two; null if neither ends. */
  @Nullable Instant until(@Nullable Instant other) {
    if (expires == null || other == null) {
      return expires == null ? other : expires;
    }
    return expires.isBefore(other) ? expires : other;
  }
}
