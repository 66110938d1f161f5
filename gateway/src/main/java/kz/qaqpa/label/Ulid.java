package kz.qaqpa.label;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.temporal.ChronoField;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Ids that sort by time and that nobody can guess: 48 bits of milliseconds since 1970, then 80
 * random ones, in Crockford's base 32, 26 characters. Any thread.
 */
public final class Ulid {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final Pattern FORM = Pattern.compile("[0-7][0-9A-HJKMNP-TV-Z]{25}");

  private static final long MOST_MILLIS = 1L << 48;

  private Ulid() {}

  /** A new one. */
  public static String next(Instant now) {
    byte[] bytes = new byte[10];
    RANDOM.nextBytes(bytes);
    char[] text = new char[26];
    putTime(text, now.toEpochMilli());
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

  /** The lowest one of a moment: ids of before it sort before this, in ASCII. */
  public static String first(Instant moment) {
    char[] text = new char[26];
    Arrays.fill(text, '0');
    long seconds = Math.clamp(moment.getEpochSecond(), 0, MOST_MILLIS / 1000 - 1);
    putTime(text, seconds * 1000 + (seconds == moment.getEpochSecond() ? milli(moment) : 0));
    return new String(text);
  }

  private static int milli(Instant moment) {
    return moment.get(ChronoField.MILLI_OF_SECOND);
  }

  private static void putTime(char[] text, long millis) {
    long left = millis;
    for (int i = 9; i >= 0; i--) {
      text[i] = DIGITS[(int) (left & 31)];
      left >>>= 5;
    }
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
