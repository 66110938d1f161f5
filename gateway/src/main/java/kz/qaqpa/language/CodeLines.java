package kz.qaqpa.language;

/** Which lines are a program rather than prose, by their punctuation. Functions only. */
final class CodeLines {
  private static final String SIGNS = "{}=<>_$\\|^~;`#";

  /** Prose has fewer signs by letter. */
  private static final int LETTERS_BY_SIGN = 15;

  private CodeLines() {}

  /** Whether a line is code: Latin letters, and a sign of programs to every fifteen of them. */
  static boolean isCode(CharSequence text, int start, int end) {
    int signs = 0;
    int letters = 0;
    int cyrillic = 0;
    for (int i = start; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isLetter(c)) {
        letters++;
        cyrillic += Letters.isCyrillic(c) ? 1 : 0;
      } else if (SIGNS.indexOf(c) >= 0 || isCall(text, start, i)) {
        signs++;
      }
    }
    return signs > 0 && cyrillic * 2 < letters && signs * LETTERS_BY_SIGN >= letters;
  }

  /** A bracket right behind a name. */
  private static boolean isCall(CharSequence text, int start, int at) {
    char c = text.charAt(at);
    return (c == '(' || c == '[') && at > start && Character.isLetter(text.charAt(at - 1));
  }
}
