package kz.qaqpa.label;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * Ids that sort by time and that nobody can guess: 48 bits of milliseconds since 1970, then 80
 * random ones, in Crockford's base 32, 26 characters. Any thread.
 */
public final class Ulid {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final Pattern FORM = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");

  private Ulid() {}

  /** A new one. */
  public static String next(Instant now) {
    byte[] bytes = new byte[10];
    RANDOM.nextBytes(bytes);
    long millis = now.toEpochMilli();
    char[] text = new char[26];
    for (int i = 9; i >= 0; i--) {
      text[i] = DIGITS[(int) (millis & 31)];
      millis >>>= 5;
    }
    long bits = 0;
    int held = 0;
    int at = 10;
    for (byte b : bytes) {
      bits = bits << 8 | (b & 0xff);
      held += 8;
      while (held >= 5) {
        held -= 5;
        text[at++] = DIGITS[(int) (bits >>> held) & 31];
      }
    }
    return new String(text);
  }

  /** Whether a text is one. */
  public static boolean matches(String text) {
    return FORM.matcher(text).matches();
  }

  static void require(String field, String text) {
    if (!matches(text)) {
      throw new IllegalArgumentException(
          field + ": malformed (expected: a ULID, 26 of 0-9 A-Z without I, L, O and U)");
    }
  }
}
