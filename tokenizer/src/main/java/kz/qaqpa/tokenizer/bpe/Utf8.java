package kz.qaqpa.tokenizer.bpe;

/**
 * UTF-8 to and from. Malformed bytes become U+FFFD, one for each maximal part of a character that
 * is cut off (the Unicode Standard, "U+FFFD Substitution of Maximal Subparts", as Rust does it;
 * {@code new String} gives one instead of three for an encoded surrogate).
 */
public final class Utf8 {
  private Utf8() {}

  /** Encodes well-formed UTF-16 and returns the number of bytes, at most three per char. */
  static int encode(char[] text, int from, int to, byte[] out) {
    int n = 0;
    for (int i = from; i < to; i++) {
      char c = text[i];
      if (c < 0x80) {
        out[n++] = (byte) c;
      } else if (c < 0x800) {
        out[n++] = (byte) (0xC0 | (c >> 6));
        out[n++] = (byte) (0x80 | (c & 0x3F));
      } else if (Character.isHighSurrogate(c)) {
        int point = Character.toCodePoint(c, text[++i]);
        out[n++] = (byte) (0xF0 | (point >> 18));
        out[n++] = (byte) (0x80 | ((point >> 12) & 0x3F));
        out[n++] = (byte) (0x80 | ((point >> 6) & 0x3F));
        out[n++] = (byte) (0x80 | (point & 0x3F));
      } else {
        out[n++] = (byte) (0xE0 | (c >> 12));
        out[n++] = (byte) (0x80 | ((c >> 6) & 0x3F));
        out[n++] = (byte) (0x80 | (c & 0x3F));
      }
    }
    return n;
  }

  /**
   * Decodes {@code bytes[0, length)} to {@code out}.
   *
   * @param last whether the text ends here; if not, the beginning of a character at the end stays
   * @return the number of bytes used
   */
  public static int decode(byte[] bytes, int length, boolean last, StringBuilder out) {
    int at = 0;
    while (at < length) {
      int lead = bytes[at];
      if (lead >= 0) {
        out.append((char) lead);
        at++;
        continue;
      }
      int size = sizeByLead(lead & 0xFF);
      int good = goodBytes(bytes, at, Math.min(length - at, size));
      if (size > 0 && good == size) {
        out.appendCodePoint(codePoint(bytes, at, size));
        at += size;
      } else if (size > 0 && at + good == length && !last) {
        break;
      } else {
        out.append('\uFFFD');
        at += Math.max(good, 1);
      }
    }
    return at;
  }

  /** The length of the character that a byte of 0x80 or more begins, 0 if it begins none. */
  private static int sizeByLead(int lead) {
    if (lead >= 0xC2 && lead <= 0xDF) {
      return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
  }

  /** How many bytes from {@code at}, at most {@code max}, may be the beginning of a character. */
  private static int goodBytes(byte[] bytes, int at, int max) {
    int good = Math.min(max, 1);
    while (good < max) {
      int b = bytes[at + good] & 0xFF;
      int low = 0x80;
      int high = 0xBF;
      if (good == 1) {
        // No overlong forms, no surrogates, nothing above U+10FFFF.
        switch (bytes[at] & 0xFF) {
          case 0xE0 -> low = 0xA0;
          case 0xED -> high = 0x9F;
          case 0xF0 -> low = 0x90;
          case 0xF4 -> high = 0x8F;
          default -> {}
        }
      }
      if (b < low || b > high) {
        break;
      }
      good++;
    }
    return good;
  }

  private static int codePoint(byte[] bytes, int at, int size) {
    int point = bytes[at] & (0xFF >> (size + 1));
    for (int i = 1; i < size; i++) {
      point = (point << 6) | (bytes[at + i] & 0x3F);
    }
    return point;
  }
}
