package kz.qaqpa.label.key;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * A key that signs. Any thread; may take long where the key is in a token.
 *
 * <p>With an Ed25519 key in its hands it signs by Bouncy Castle, which takes a fifteenth of what
 * the JDK takes; unless somebody has put another provider before the JDK's, who is asked then.
 * Loading that library takes a third of a second, so it begins with the first signature, and the
 * JDK signs until it is done.
 */
public final class SigningKey {
  private static final String JDK = "SunEC";

  private final VerificationKey half;
  private final PrivateKey key;
  private final @Nullable Provider provider;
  private final byte @Nullable [] seed;
  private final AtomicBoolean isLoading = new AtomicBoolean();
  private volatile @Nullable Ed25519PrivateKeyParameters ed25519;

  /**
   * Checks that both halves belong together, by a signature.
   *
   * @param half its public half
   * @param key the private one, or a handle of it
   * @param provider who signs with it, or null for whom the JDK prefers
   * @throws IllegalArgumentException if they do not
   */
  public SigningKey(VerificationKey half, PrivateKey key, @Nullable Provider provider) {
    this.half = half;
    this.key = key;
    this.provider = provider;
    this.seed = provider == null ? seed(half, key) : null;
    byte[] text = {'q', 'a', 'q', 'p', 'a'};
    if (!half.verifies(text, signByJdk(text))) {
      throw new IllegalArgumentException(
          "private and public key of different keys (expected: both halves of one)");
    }
  }

  /** The key itself, if Bouncy Castle may sign with it. */
  private static byte @Nullable [] seed(VerificationKey half, PrivateKey key) {
    if (half.algorithm() != KeyAlgorithm.ED25519 || !(key instanceof EdECPrivateKey own)) {
      return null;
    }
    try {
      String preferred = Signature.getInstance(half.algorithm().jca()).getProvider().getName();
      return preferred.equals(JDK) ? own.getBytes().orElse(null) : null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  /** Its public half. */
  public VerificationKey half() {
    return half;
  }

  /** The private one, or a handle of it. */
  public PrivateKey key() {
    return key;
  }

  /**
   * Signs.
   *
   * @throws IllegalStateException if the key is in a token and that cannot be used
   */
  public byte[] sign(byte[] text) {
    Ed25519PrivateKeyParameters loaded = ed25519;
    if (loaded != null) {
      return sign(loaded, text);
    }
    if (seed != null && isLoading.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("label-sign-load").start(() -> load(seed));
    }
    return signByJdk(text);
  }

  private void load(byte[] own) {
    Ed25519PrivateKeyParameters loaded = new Ed25519PrivateKeyParameters(own, 0);
    sign(loaded, new byte[0]); // The tables are made by the first.
    ed25519 = loaded;
  }

  /** Whether it signs as fast as it ever will. */
  boolean isLoaded() {
    return seed == null || ed25519 != null;
  }

  private static byte[] sign(Ed25519PrivateKeyParameters key, byte[] text) {
    byte[] signature = new byte[Ed25519.SIGNATURE_SIZE];
    key.sign(Ed25519.Algorithm.Ed25519, null, text, 0, text.length, signature, 0);
    return signature;
  }

  private byte[] signByJdk(byte[] text) {
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
