package kz.qaqpa.label.key;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.label.LabelSettings;
import org.jspecify.annotations.Nullable;

/** Keys for tests, new ones each time. */
public final class SampleKeys {
  private SampleKeys() {}

  /** A key without an end. */
  public static SigningKey ed25519() {
    return ed25519(null, null);
  }

  /** A key of some time. */
  public static SigningKey ed25519(@Nullable Instant from, @Nullable Instant to) {
    return key(pair("Ed25519"), from, to);
  }

  /** A key for ES256. */
  public static SigningKey p256() {
    return key(pair("EC"), null, null);
  }

  /** A pair of keys. */
  public static KeyPair pair(String algorithm) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SigningKey key(KeyPair pair, @Nullable Instant from, @Nullable Instant to) {
    VerificationKey half = VerificationKey.of(pair.getPublic(), from, to);
    return new SigningKey(half, pair.getPrivate(), null);
  }

  /** The public halves of some keys. */
  public static VerificationKeys halves(SigningKey... keys) {
    return new VerificationKeys(java.util.Arrays.stream(keys).map(SigningKey::half).toList());
  }

  /** The shipped settings with some keys. */
  public static LabelSettings settings(List<LabelSettings.Key> keys) {
    return settings(keys, "", "");
  }

  /** The shipped settings without keys. */
  public static LabelSettings settings(boolean httpSignatures, int answers) {
    return settings(List.of(), "", "", httpSignatures, answers);
  }

  /** The same with files of the two secrets. */
  public static LabelSettings settings(
      List<LabelSettings.Key> keys, String watermarkKey, String saltKey) {
    return settings(keys, watermarkKey, saltKey, false, 4096);
  }

  private static LabelSettings settings(
      List<LabelSettings.Key> keys,
      String watermarkKey,
      String saltKey,
      boolean httpSignatures,
      int answers) {
    return new LabelSettings(
        "v1",
        0,
        answers,
        Duration.ofSeconds(5),
        httpSignatures,
        "kk",
        keys,
        watermarkKey,
        saltKey,
        new LabelSettings.Pkcs11("", 0, ""),
        Duration.ofDays(1095),
        60);
  }
}
