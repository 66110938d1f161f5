package kz.qaqpa.http.tokens;

/**
 * Counts the words of a text as somebody who reads Kazakh does: a word is a run of letters, marks
 * and digits of any script. A hyphen or an apostrophe between two of them joins («қарым-қатынас» is
 * one word, as its spelling says), a point or a comma joins digits («3,5»). Functions only.
 */
final class Words {
  private static final String JOINERS = "-\u2010\u2011\u00AD'\u2019\u02BC";

  private Words() {}

  static int count(String text) {
    int words = 0;
    int before = ' ';
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (isPart(c)) {
        if (!isPart(before)) {
          words++;
        }
        before = c;
      } else {
        int next = i < text.length() ? text.codePointAt(i) : ' ';
        if (!joins(before, c, next)) {
          before = c;
        }
      }
    }
    return words;
  }

  private static boolean joins(int before, int c, int next) {
    if (c == '.' || c == ',') {
      return Character.isDigit(before) && Character.isDigit(next);
    }
    return JOINERS.indexOf(c) >= 0 && isPart(before) && isPart(next);
  }

  private static boolean isPart(int c) {
    return Character.isLetterOrDigit(c)
        || switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.LETTER_NUMBER,
              Character.OTHER_NUMBER ->
              true;
          default -> false;
        };
  }
}
