package kz.qaqpa.language;

/**
 * Tells in which language a text is written, by its letters and its commonest words. Functions
 * only; any thread; the same text always gets the same answer.
 *
 * <pre>
 * Letters     A word with one of ә ғ қ ң ө ұ ү һ і is Kazakh, also where a Latin letter stands in
 *             for one (i, h, ə); one with another letter that Russian has not is neither.
 * Words       Others count if they are in {@link Vocabulary}, or by their endings: Kazakh without
 *             its letters («калай», «керек»), Russian, English, and what is none of them.
 * Neighbours  Text with ө ү ң ә but never қ ғ ұ і is Kyrgyz, Tatar or Mongolian.
 * Mixed       Cyrillic and Latin words are judged apart; the script with more letters decides, so
 *             that quotas' tokens per character are those of the language that most was written in.
 * Passed over Fenced code, lines that look like code, addresses; what is not a letter.
 * </pre>
 *
 * <p>Kazakh in Latin letters is {@link Language#OTHER}: it costs other tokens, has several
 * alphabets, and short texts of it cannot be told from Uzbek or Turkish.
 */
public final class LanguageDetector {
  /** As far as a text is looked at, in UTF-16 units. */
  public static final int LONGEST = 4096;

  private static final String FENCE = "```";
  private static final int SOFT_HYPHEN = 0xAD;

  private LanguageDetector() {}

  /** The language of the beginning of a text, up to 4,096 UTF-16 units of it. */
  public static Language detect(CharSequence text) {
    Tally tally = new Tally();
    Word word = new Word();
    int end = Math.min(text.length(), LONGEST);
    boolean fenced = false;
    int start = 0;
    while (start < end) {
      int stop = lineEnd(text, start, end);
      if (startsWithFence(text, start, stop)) {
        fenced = !fenced;
      } else if (!fenced && !CodeLines.isCode(text, start, stop)) {
        read(text, start, stop, word, tally);
      }
      start = stop + 1;
    }
    return tally.verdict();
  }

  private static int lineEnd(CharSequence text, int start, int end) {
    int at = start;
    while (at < end && text.charAt(at) != '\n') {
      at++;
    }
    return at;
  }

  private static boolean startsWithFence(CharSequence text, int start, int end) {
    int at = start;
    while (at < end && text.charAt(at) == ' ') {
      at++;
    }
    int fence = FENCE.length();
    return at + fence <= end && FENCE.contentEquals(text.subSequence(at, at + fence));
  }

  /** The words between spaces, but for those of addresses. */
  private static void read(CharSequence text, int start, int end, Word word, Tally tally) {
    int at = start;
    while (at < end) {
      int stop = at;
      boolean address = false;
      while (stop < end && !Character.isWhitespace(text.charAt(stop))) {
        char c = text.charAt(stop++);
        address |= c == '@' || (c == ':' && stop < end && text.charAt(stop) == '/');
      }
      if (!address) {
        words(text, at, stop, word, tally);
      }
      at = stop + 1;
    }
  }

  private static void words(CharSequence text, int start, int end, Word word, Tally tally) {
    int at = start;
    while (at < end) {
      int c = Character.codePointAt(text, at);
      at += Character.charCount(c);
      if (Character.isLetter(c)) {
        word.letter(c);
      } else if (Character.getType(c) == Character.NON_SPACING_MARK) {
        word.mark(c);
      } else if (c != SOFT_HYPHEN) {
        finish(word, tally);
      }
    }
    finish(word, tally);
  }

  private static void finish(Word word, Tally tally) {
    if (!word.isEmpty()) {
      tally.add(word);
      word.clear();
    }
  }
}
