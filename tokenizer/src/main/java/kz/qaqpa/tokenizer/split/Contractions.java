package kz.qaqpa.tokenizer.split;

/** The English endings that the patterns cut off: 's 't 're 've 'm 'll 'd. */
final class Contractions {
  private Contractions() {}

  /**
   * The end of the contraction whose apostrophe is at {@code at}, or -1.
   *
   * @param ignoreCase also capitals and the long s, which folds to s
   */
  static int end(char[] text, int at, int to, boolean ignoreCase) {
    if (at + 1 >= to) {
      return -1;
    }
    char first = fold(text[at + 1], ignoreCase);
    switch (first) {
      case 's', 't', 'm', 'd' -> {
        return at + 2;
      }
      default -> {}
    }
    if (at + 2 >= to) {
      return -1;
    }
    char second = fold(text[at + 2], ignoreCase);
    boolean long2 =
        (first == 'r' && second == 'e')
            || (first == 'v' && second == 'e')
            || (first == 'l' && second == 'l');
    return long2 ? at + 3 : -1;
  }

  private static char fold(char c, boolean ignoreCase) {
    if (!ignoreCase) {
      return c;
    }
    if (c >= 'A' && c <= 'Z') {
      return (char) (c + ('a' - 'A'));
    }
    return c == '\u017F' ? 's' : c;
  }
}
