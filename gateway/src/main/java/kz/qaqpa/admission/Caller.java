package kz.qaqpa.admission;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Who asks: an application, and what has shown that it is it.
 *
 * @param application as it was declared at that moment
 * @param proof what {@link Identification#renew} looks it up by again
 * @param until when the proof is no longer good, or null if it has no end
 */
public record Caller(Application application, Proof proof, @Nullable Instant until) {

  /** What has been shown, without secrets. */
  public sealed interface Proof {

    /**
     * An API key.
     *
     * @param sha256 its hash, 64 lowercase hexadecimal digits
     */
    record Key(String sha256) implements Proof {}

    /**
     * A client certificate that the TLS handshake has checked.
     *
     * @param sha256 hash of its DER form, 64 lowercase hexadecimal digits
     * @param subject its subject, in one form
     * @param expires the end of its time
     */
    record Certificate(String sha256, String subject, Instant expires) implements Proof {}

    /**
     * A bearer token whose signature and claims have been checked.
     *
     * @param issuer the issuer's name in {@code identity.yaml}
     * @param subject whom it is about, or null
     * @param client whom it was issued to, or null
     * @param expires the end of its time, with what clocks may be off
     */
    record Token(String issuer, @Nullable String subject, @Nullable String client, Instant expires)
        implements Proof {}
  }
}
