package kz.qaqpa.admission.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bearer tokens that stand for an application.
 *
 * @param issuer the issuer's name in {@code identity.yaml}
 * @param subject whom they are about; of anybody if absent
 * @param client whom they were issued to; to anybody if absent
 * @param notBefore when they begin to be good
 * @param expires when they end to be
 * @param revoked whether they are good no more, whatever the time
 * @param note for people
 */
public record TokenEntry(
    String issuer,
    @Nullable String subject,
    @Nullable String client,
    @Nullable Instant notBefore,
    @Nullable Instant expires,
    @Nullable Boolean revoked,
    @Nullable String note) {

  /** Checks that it says whose. */
  public TokenEntry {
    requireText("subject", subject);
    requireText("client", client);
    if (subject == null && client == null) {
      throw new IllegalArgumentException(
          "neither subject nor client (expected: one of them, or both)");
    }
    Validity.check(notBefore, expires);
  }

  private static void requireText(String field, @Nullable String value) {
    if (value != null && value.isBlank()) {
      throw new IllegalArgumentException(field + ": \"\" (expected: the value of a claim)");
    }
  }

  Validity validity() {
    return Validity.of(notBefore, expires, revoked);
  }
}
