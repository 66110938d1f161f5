package kz.qaqpa.admission.registry;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key, never itself: only its hash.
 *
 * @param sha256 64 lowercase hexadecimal digits
 * @param notBefore when it begins to be good
 * @param expires when it ends to be
 * @param revoked whether it is good no more, whatever the time
 * @param note for people: whose it is, where it lies
 */
public record KeyEntry(
    String sha256,
    @Nullable Instant notBefore,
    @Nullable Instant expires,
    @Nullable Boolean revoked,
    @Nullable String note) {
  /** Checks the form. */
  public KeyEntry {
    Secrets.requireSha256(sha256);
    Validity.check(notBefore, expires);
  }

  Validity validity() {
    return Validity.of(notBefore, expires, revoked);
  }
}
