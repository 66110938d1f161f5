package kz.qaqpa.admission.registry;

import java.time.Instant;
import java.util.regex.Pattern;
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
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks the form. */
  public KeyEntry {
    if (!SHA256.matcher(sha256).matches()) {
      // A key pasted here by mistake must not end up in a log.
      throw new IllegalArgumentException(
          "sha256: " + sha256.length() + " characters (expected: 64 lowercase hexadecimal digits)");
    }
    Validity.check(notBefore, expires);
  }

  Validity validity() {
    return Validity.of(notBefore, expires, revoked);
  }
}
