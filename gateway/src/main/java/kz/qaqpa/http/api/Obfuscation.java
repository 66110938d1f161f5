package kz.qaqpa.http.api;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Padding that keeps the size of an event from telling the length of its text. Its letters are
 * random, so that compression cannot take them out again. Functions only.
 */
public final class Obfuscation {
  /** Padded events differ in size by multiples of this; few tokens are longer. */
  static final int BLOCK = 32;

  private static final byte[] LETTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOISE = letters(1 << 14);

  private Obfuscation() {}

  /**
   * Random letters that fill an event up.
   *
   * @param varying bytes of the event that depend on the text
   */
  public static byte[] noise(int varying) {
    byte[] noise = new byte[Math.floorMod(-varying, BLOCK)];
    int from = ThreadLocalRandom.current().nextInt(NOISE.length - BLOCK);
    System.arraycopy(NOISE, from, noise, 0, noise.length);
    return noise;
  }

  private static byte[] letters(int count) {
    SecureRandom random = new SecureRandom();
    byte[] letters = new byte[count];
    for (int i = 0; i < count; i++) {
      letters[i] = LETTERS[random.nextInt(LETTERS.length)];
    }
    return letters;
  }
}
