package kz.qaqpa.label.key;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs. Any thread; may take long where the key is in a token.
 *
 * @param half its public half
 * @param key the private one, or a handle of it
 * @param provider who signs with it, or null for the JDK
 */
public record SigningKey(VerificationKey half, PrivateKey key, @Nullable Provider provider) {

  /**
   * Checks that both halves belong together, by a signature.
   *
   * @throws IllegalArgumentException if they do not
   */
  public SigningKey {
    byte[] text = {'q', 'a', 'q', 'p', 'a'};
    if (!half.verifies(text, sign(half, key, provider, text))) {
      throw new IllegalArgumentException(
          "private and public key of different keys (expected: both halves of one)");
    }
  }

  /**
   * Signs.
   *
   * @throws IllegalStateException if the key is in a token and that cannot be used
   */
  public byte[] sign(byte[] text) {
    return sign(half, key, provider, text);
  }

  private static byte[] sign(
      VerificationKey half, PrivateKey key, @Nullable Provider provider, byte[] text) {
    String algorithm = half.algorithm().jca();
    try {
      Signature signer =
          provider == null
              ? Signature.getInstance(algorithm)
              : Signature.getInstance(algorithm, provider);
      signer.initSign(key);
      signer.update(text);
      return signer.sign();
    } catch (GeneralSecurityException | ProviderException e) {
      throw new IllegalStateException(
          "label key " + half.id() + ": cannot sign: " + e.getClass().getSimpleName(), e);
    }
  }

  /** Without the key. */
  @Override
  public String toString() {
    return half.id();
  }
}
