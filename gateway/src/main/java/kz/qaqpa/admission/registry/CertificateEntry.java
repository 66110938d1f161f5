package kz.qaqpa.admission.registry;

import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A client certificate that stands for an application: one certificate by its fingerprint, or all
 * that the authorities of {@code tls.clientCa} issue for a subject.
 *
 * @param sha256 SHA-256 fingerprint, 64 hexadecimal digits, with or without colons
 * @param subject the whole subject, such as {@code CN=tax-chat,O=Қаржы министрлігі,C=KZ}
 * @param notBefore when it begins to be good
 * @param expires when it ends to be
 * @param revoked whether it is good no more, whatever the time
 * @param note for people
 */
public record CertificateEntry(
    @Nullable String sha256,
    @Nullable String subject,
    @Nullable Instant notBefore,
    @Nullable Instant expires,
    @Nullable Boolean revoked,
    @Nullable String note) {
  private static final Pattern FINGERPRINT =
      Pattern.compile("[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){31}");

  /** Checks the form, and brings both into the one in which they are compared. */
  public CertificateEntry {
    if ((sha256 == null) == (subject == null)) {
      throw new IllegalArgumentException(
          (sha256 == null ? "neither" : "both")
              + " of sha256 and subject (expected: one, the fingerprint or the subject)");
    }
    if (sha256 != null) {
      if (!FINGERPRINT.matcher(sha256).matches()) {
        throw new IllegalArgumentException(
            "sha256: "
                + sha256.length()
                + " characters (expected: 64 hexadecimal digits, with or without colons, as"
                + " `openssl x509 -noout -fingerprint -sha256` prints them)");
      }
      sha256 = sha256.replace(":", "").toLowerCase(Locale.ROOT);
    }
    if (subject != null) {
      subject = parsed(subject);
    }
    Validity.check(notBefore, expires);
  }

  private static String parsed(String subject) {
    try {
      String parsed = Subjects.of(new X500Principal(subject));
      if (!parsed.isEmpty()) {
        return parsed;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "subject: malformed (expected: a distinguished name such as CN=tax-chat,O=…,C=KZ, as"
            + " `openssl x509 -noout -subject -nameopt RFC2253` prints it)");
  }

  Validity validity() {
    return Validity.of(notBefore, expires, revoked);
  }
}
