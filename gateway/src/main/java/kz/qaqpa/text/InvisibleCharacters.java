package kz.qaqpa.text;

/**
 * Takes characters out of a text that nobody sees and that carry nothing for its reader, but cost
 * tokens and can smuggle instructions or marks past people. Functions only; linear.
 *
 * <pre>
 * taken out   variation selectors U+FE00 to U+FE0E and U+E0100 to U+E01EF; U+FEFF; tag characters
 *             U+E0000 to U+E007F outside the flag of a region (UTS 51, ED-14a: U+1F3F4, three to six
 *             letters and digits, U+E007F)
 * stays       U+FE0F after an emoji; one ZWJ or ZWNJ between letters or emoji; the first 8 marks and
 *             controls of direction
 * </pre>
 */
public final class InvisibleCharacters {
  private static final int DIRECTIONS = 8;
  private static final int BLACK_FLAG = 0x1F3F4;
  private static final int TAGS = 0xE0000;
  private static final int CANCEL_TAG = 0xE007F;
  private static final int EMOJI_SELECTOR = 0xFE0F;
  private static final int LEAST_TAGS = 3;
  private static final int MOST_TAGS = 6;

  private InvisibleCharacters() {}

  /**
   * What is left of a text.
   *
   * @param text the rest; the text itself if nothing was taken out
   * @param removed code points that were taken out
   */
  public record Cleaned(String text, int removed) {}

  /** Cleans a text. */
  public static Cleaned clean(String text) {
    int first = firstSuspect(text);
    if (first < 0) {
      return new Cleaned(text, 0);
    }
    Pass pass = new Pass(text, first);
    pass.run();
    return pass.removed == 0
        ? new Cleaned(text, 0)
        : new Cleaned(pass.out.toString(), pass.removed);
  }

  private static int firstSuspect(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x061C && isSuspect(c)) {
        return i;
      }
    }
    return -1;
  }

  /** High surrogates of plane 14 stand for its characters. */
  private static boolean isSuspect(char c) {
    return isDirection(c)
        || isJoiner(c)
        || (c >= 0xFE00 && c <= EMOJI_SELECTOR)
        || c == 0xFEFF
        || c == 0xDB40;
  }

  private static boolean isDirection(int point) {
    return point == 0x061C
        || point == 0x200E
        || point == 0x200F
        || (point >= 0x202A && point <= 0x202E)
        || (point >= 0x2066 && point <= 0x2069);
  }

  private static boolean isJoiner(int point) {
    return point == 0x200C || point == 0x200D;
  }

  private static boolean isTag(int point) {
    return point >= TAGS && point <= CANCEL_TAG;
  }

  private static final class Pass {
    private final String text;
    private final StringBuilder out;
    private int at;
    private int removed;
    private int directions;

    Pass(String text, int first) {
      this.text = text;
      this.at = first;
      this.out = new StringBuilder(text.length()).append(text, 0, first);
    }

    void run() {
      while (at < text.length()) {
        int point = text.codePointAt(at);
        int length = Character.charCount(point);
        if (isTag(point) && flagLength() > 0) {
          length = flagLength();
          out.append(text, at, at + length);
        } else if (stays(point, at + length)) {
          out.appendCodePoint(point);
        } else {
          removed++;
        }
        at += length;
      }
    }

    private boolean stays(int point, int next) {
      if (point < 0x061C) {
        return true;
      }
      if (isDirection(point)) {
        return ++directions <= DIRECTIONS;
      }
      if (isJoiner(point)) {
        return mayPrecedeJoiner(before())
            && next < text.length()
            && mayFollowJoiner(text.codePointAt(next));
      }
      if (point == EMOJI_SELECTOR) {
        return Character.isEmoji(before());
      }
      return !isTag(point)
          && point != 0xFEFF
          && (point < 0xFE00 || point > 0xFE0E)
          && (point < 0xE0100 || point > 0xE01EF);
    }

    /** Units of the tags here, if they make a flag with the one before them; else 0. */
    private int flagLength() {
      if (at == 0 || text.codePointBefore(at) != BLACK_FLAG) {
        return 0; // Of the text as it came: what is taken out between them makes no flag.
      }
      int end = at;
      int tags = 0;
      while (end < text.length()) {
        int point = text.codePointAt(end);
        end += Character.charCount(point);
        if (point == CANCEL_TAG) {
          return tags >= LEAST_TAGS && tags <= MOST_TAGS ? end - at : 0;
        }
        int letter = point - TAGS;
        boolean regional = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
        if (!regional || ++tags > MOST_TAGS) {
          return 0;
        }
      }
      return 0;
    }

    /** What stays before this place; a space at the start. */
    private int before() {
      return out.isEmpty() ? ' ' : out.codePointBefore(out.length());
    }

    private static boolean mayPrecedeJoiner(int point) {
      return mayFollowJoiner(point) || point == EMOJI_SELECTOR || point == CANCEL_TAG;
    }

    /** Letters with their marks, and emoji; digits are emoji only as beginnings of keycaps. */
    private static boolean mayFollowJoiner(int point) {
      return Character.isLetter(point)
          || (Character.isEmoji(point) && point > 0xFF)
          || (isMark(point) && !isVariation(point));
    }

    private static boolean isMark(int point) {
      return switch (Character.getType(point)) {
        case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK -> true;
        default -> false;
      };
    }

    /** Selectors are marks, too. */
    private static boolean isVariation(int point) {
      return (point >= 0xFE00 && point <= EMOJI_SELECTOR) || (point >= 0xE0100 && point <= 0xE01EF);
    }
  }
}
