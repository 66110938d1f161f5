package kz.qaqpa.admission.registry;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Secrets of 256 random bits, and their hashes. Functions only. */
public final class Secrets {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private Secrets() {}

  /** A new API key: {@code qpk_} and 43 characters. */
  public static String newKey() {
    return "qpk_" + random();
  }

  /** 256 random bits in 43 characters of Base64url. */
  public static String random() {
    byte[] bits = new byte[32];
    RANDOM.nextBytes(bits);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  /**
   * Checks the form of a hash.
   *
   * @throws IllegalArgumentException that does not repeat it: a key pasted here by mistake must not
   *     end up in a log
   */
  public static void requireSha256(String sha256) {
    if (!SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(
          "sha256: " + sha256.length() + " characters (expected: 64 lowercase hexadecimal digits)");
    }
  }

  /** SHA-256 of a text in UTF-8, as 64 lowercase hexadecimal digits. */
  public static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 of bytes, as 64 lowercase hexadecimal digits. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
