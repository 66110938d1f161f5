package kz.qaqpa.admission;

import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/**
 * What a request shows of who sends it. Not to be logged.
 *
 * @param authorization its {@code Authorization} header, or null
 * @param certificate the certificate that its client showed, and that the TLS handshake has
 *     checked, or null; it counts only without the header
 */
public record Credentials(@Nullable String authorization, @Nullable X509Certificate certificate) {

  /** A header alone. */
  public static Credentials of(@Nullable String authorization) {
    return new Credentials(authorization, null);
  }

  @Override
  public String toString() {
    return "Credentials";
  }
}
