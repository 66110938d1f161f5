package kz.qaqpa.tokenizer.jinja;

import java.util.BitSet;

/**
 * Text of which some characters are marked as somebody's words.
 *
 * <p>A template renders strings, and afterwards nobody knows what came from where. So each UTF-16
 * unit of a message, but for white space, which templates trim, goes in as the private-use code
 * point U+F0000 plus the unit, and comes back out as the unit with a mark. As units are shifted,
 * not characters, private-use characters in a message are nothing special.
 *
 * @param text the text without marks
 * @param literal which of its chars were marked
 */
public record Marked(String text, BitSet literal) {
  private static final int SHIFT = 0xF0000;

  /** Marks all of a text but the white space in it. */
  public static String mark(String text) {
    StringBuilder out = new StringBuilder(2 * text.length());
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      if (isSpace(unit)) {
        out.append(unit);
      } else {
        out.appendCodePoint(mark(unit));
      }
    }
    return out.toString();
  }

  static int mark(char unit) {
    return SHIFT + unit;
  }

  /** The unit that a code point of rendered text stands for, or -1 if it is no marked one. */
  static int unmark(int point) {
    return isMark(point) ? point - SHIFT : -1;
  }

  static boolean isMark(int point) {
    return point >= SHIFT && point <= SHIFT + 0xFFFF;
  }

  /** Takes the marks off rendered text. */
  public static Marked of(String rendered) {
    StringBuilder out = new StringBuilder(rendered.length());
    BitSet literal = new BitSet(rendered.length());
    for (int i = 0; i < rendered.length(); ) {
      int point = rendered.codePointAt(i);
      if (isMark(point)) {
        literal.set(out.length());
        out.append((char) (point - SHIFT));
      } else {
        out.appendCodePoint(point);
      }
      i += Character.charCount(point);
    }
    return new Marked(out.toString(), literal);
  }

  /** White space as Python's {@code str.strip} has it. */
  static boolean isSpace(int c) {
    return (c >= '\t' && c <= '\r')
        || (c >= 0x1C && c <= 0x1F)
        || c == 0x85
        || Character.isSpaceChar(c);
  }
}
