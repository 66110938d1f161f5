package kz.qaqpa.tokenizer.split;

/**
 * The four classes of characters that the split patterns tell apart: {@code \p{L}}, {@code \p{N}},
 * {@code \s} and the rest.
 *
 * <p>Taken from the JDK's Unicode tables. Those of JDK 25 are version 16, like those of Oniguruma
 * 6.9.10 inside Hugging Face's library; the oracle test compares every code point, so a JDK that
 * knows newer letters does not change ids in silence.
 */
final class CharClass {
  static final byte OTHER = 0;
  static final byte LETTER = 1;
  static final byte NUMBER = 2;
  static final byte SPACE = 3;

  /** Carriage return and line feed: white space, too. */
  static final byte NEWLINE = 4;

  private static final byte[] BASIC_PLANE = new byte[0x10000];

  static {
    for (int c = 0; c < BASIC_PLANE.length; c++) {
      BASIC_PLANE[c] = compute(c);
    }
  }

  private CharClass() {}

  /** The class of a char that is no surrogate; a surrogate has the class OTHER. */
  static byte ofBasic(char c) {
    return BASIC_PLANE[c];
  }

  /** The class of the code point at an index of well-formed text. */
  static byte at(char[] text, int index) {
    char c = text[index];
    return Character.isHighSurrogate(c)
        ? compute(Character.toCodePoint(c, text[index + 1]))
        : BASIC_PLANE[c];
  }

  /** The length of the code point at an index of well-formed text, in chars. */
  static int lengthAt(char[] text, int index) {
    return Character.isHighSurrogate(text[index]) ? 2 : 1;
  }

  /** The end of the run of one class that begins at {@code from}. */
  static int endOfRun(char[] text, int from, int to, byte wanted) {
    int i = from;
    while (i < to) {
      byte found = BASIC_PLANE[text[i]];
      if (found == wanted && (wanted != OTHER || !Character.isSurrogate(text[i]))) {
        i++;
      } else if (Character.isHighSurrogate(text[i]) && at(text, i) == wanted) {
        i += 2;
      } else {
        break;
      }
    }
    return i;
  }

  static boolean isSpace(byte charClass) {
    return charClass >= SPACE;
  }

  private static byte compute(int point) {
    if (point == '\r' || point == '\n') {
      return NEWLINE;
    }
    if ((point >= '\t' && point <= '\r') || point == 0x85) {
      return SPACE;
    }
    return switch (Character.getType(point)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      default -> OTHER;
    };
  }
}
