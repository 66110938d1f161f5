package kz.qaqpa.tokenizer.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The 256 printable characters by which GPT-2's byte-level BPE writes bytes in its files: a
 * printable Latin-1 byte is its own character, the 68 others follow from U+0100 on.
 */
public final class ByteAlphabet {
  private static final char[] CHARACTER = new char[256];
  private static final short[] BYTE = new short[256 + 68];

  static {
    Arrays.fill(BYTE, (short) -1);
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable =
          (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || (b >= 0xAE && b <= 0xFF);
      CHARACTER[b] = printable ? (char) b : next++;
      BYTE[CHARACTER[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** The character that stands for a byte of 0 to 255. */
  public static char character(int b) {
    return CHARACTER[b];
  }

  /** The bytes that a token of a file stands for, or null if it is not written in this alphabet. */
  public static byte @Nullable [] bytes(String token) {
    byte[] bytes = new byte[token.length()];
    for (int i = 0; i < bytes.length; i++) {
      char c = token.charAt(i);
      if (c >= BYTE.length || BYTE[c] < 0) {
        return null;
      }
      bytes[i] = (byte) BYTE[c];
    }
    return bytes;
  }

  /**
   * The bytes that decoding makes of a token: those of the alphabet, or else of its text. An added
   * token with a space or a Cyrillic letter in its name is such a text.
   */
  public static byte[] decodedBytes(String token) {
    byte[] bytes = bytes(token);
    return bytes != null ? bytes : token.getBytes(StandardCharsets.UTF_8);
  }
}
