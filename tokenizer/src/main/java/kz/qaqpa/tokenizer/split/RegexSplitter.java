package kz.qaqpa.tokenizer.split;

import java.nio.CharBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits by any pattern that {@link OnigurumaPattern} can translate; what lies between matches is a
 * word, too. Slower than the scanners by hand: for models outside of the families we know.
 */
final class RegexSplitter implements PreTokenizer {
  /** How many characters the matcher may look at per character of the text, on average. */
  private static final long LOOKS_PER_CHAR = 64;

  private final Pattern pattern;

  RegexSplitter(String onigurumaPattern) {
    pattern = Pattern.compile(OnigurumaPattern.toJava(onigurumaPattern));
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the pattern backtracks without end on this text
   */
  @Override
  public void split(char[] text, int from, int to, Sink sink) {
    Budget budget = new Budget((to - from + 64L) * LOOKS_PER_CHAR);
    Matcher matcher = pattern.matcher(new Metered(CharBuffer.wrap(text, from, to - from), budget));
    int done = 0;
    while (matcher.find()) {
      if (matcher.start() == matcher.end()) {
        continue;
      }
      if (done < matcher.start()) {
        sink.word(text, from + done, from + matcher.start());
      }
      sink.word(text, from + matcher.start(), from + matcher.end());
      done = matcher.end();
    }
    if (from + done < to) {
      sink.word(text, from + done, to);
    }
  }

  private static final class Budget {
    private long left;

    Budget(long looks) {
      left = looks;
    }

    void look() {
      if (--left < 0) {
        throw new IllegalArgumentException(
            "text: the model's split pattern takes more than "
                + LOOKS_PER_CHAR
                + " steps per character on it");
      }
    }
  }

  /** Text that counts how often it is looked at, so that no text can make a pattern run on. */
  private record Metered(CharSequence text, Budget budget) implements CharSequence {
    @Override
    public char charAt(int index) {
      budget.look();
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Metered(text.subSequence(start, end), budget);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
