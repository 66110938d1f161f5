package kz.qaqpa.label;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import kz.qaqpa.tokenizer.split.Nfc;

/**
 * SHA-256 of the UTF-8 of the NFC of a text that comes in pieces.
 *
 * <pre>
 * Pieces    A mark may join the letter before it, across pieces. So the text from the last code
 *           point on that joins nothing before it is held back; all before it is normalised and
 *           hashed. Pieces may also end between the halves of a surrogate pair.
 * Tables    Those of the JDK, as other programs use theirs. Unicode promises that the form of a text
 *           never changes once its characters are assigned.
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class TextHash {
  private final MessageDigest digest = sha256();
  private final StringBuilder held = new StringBuilder();

  /** The hash of a whole text, 64 hexadecimal digits. */
  public static String of(String text) {
    return hex(Nfc.normalizeLatest(text).getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256 of bytes, 64 hexadecimal digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Takes the next piece. */
  public void update(String piece) {
    int letter = lastLetter(piece);
    if (letter < 0) {
      held.append(piece);
      return;
    }
    held.append(piece, 0, letter);
    flush();
    held.append(piece, letter, piece.length());
  }

  /** The hash of all pieces, 64 hexadecimal digits. To be called once, at the end. */
  public String finish() {
    flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  private void flush() {
    if (held.isEmpty()) {
      return;
    }
    String text = held.toString();
    char[] units = text.toCharArray();
    String normal = Nfc.isSurelyNormal(units, 0, units.length) ? text : Nfc.normalizeLatest(text);
    digest.update(normal.getBytes(StandardCharsets.UTF_8));
    held.setLength(0);
  }

  /** Index of the last code point that joins nothing before it, or -1. */
  private static int lastLetter(String piece) {
    int end = piece.length();
    while (end > 0) {
      int point = piece.codePointBefore(end);
      end -= Character.charCount(point);
      if (!mayJoin(point)) {
        return end;
      }
    }
    return -1;
  }

  /** Whether composition or reordering may join a code point to what stands before it. */
  static boolean mayJoin(int point) {
    if (point < 0x300) {
      return false;
    }
    if ((point >= 0x1160 && point <= 0x11FF) || (point >= 0x16D63 && point <= 0x16D6A)) {
      return true; // Vowels and final consonants of Hangul, vowels of Kirat Rai: letters that join.
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.COMBINING_SPACING_MARK,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
