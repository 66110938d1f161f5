package kz.qaqpa.label.key;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The public half of a key. Any thread.
 *
 * @param id by which signatures name it
 * @param algorithm how it signs
 * @param key the key
 * @param notBefore when its time begins, or null
 * @param notAfter when its time ends, or null
 */
public record VerificationKey(
    String id,
    KeyAlgorithm algorithm,
    PublicKey key,
    @Nullable Instant notBefore,
    @Nullable Instant notAfter) {

  /** A key under its thumbprint of RFC 7638. */
  static VerificationKey of(
      PublicKey key, @Nullable Instant notBefore, @Nullable Instant notAfter) {
    KeyAlgorithm algorithm = KeyAlgorithm.of(key);
    return new VerificationKey(Jwks.thumbprint(key), algorithm, key, notBefore, notAfter);
  }

  /** Whether a moment is of its time. */
  public boolean covers(Instant moment) {
    return (notBefore == null || !moment.isBefore(notBefore)) && !isOver(moment);
  }

  /** Whether its time has ended. */
  public boolean isOver(Instant now) {
    return notAfter != null && !now.isBefore(notAfter);
  }

  /** Whether a signature is its own, of these bytes. */
  public boolean verifies(byte[] text, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance(algorithm.jca());
      verifier.initVerify(key);
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // Of the wrong length, or no point of the curve: somebody else's bytes.
    }
  }
}
