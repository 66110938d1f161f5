package kz.qaqpa.tokenizer;

import kz.qaqpa.tokenizer.split.Nfc;

/**
 * Counts the characters of a text that comes in pieces, and ends it at a given number. A character
 * is a Unicode code point of the text in normalisation form C, so that й is one however it was
 * written. The text itself is passed on as it is.
 *
 * <pre>
 * Pieces    A mark may join the letter before it, across pieces. So the text from the last letter
 *           on is kept, and counted anew with what follows; all before it is only a number. A mark
 *           that joins the last letter that fits goes with it.
 * Bounds    At most 64 UTF-16 units are kept; a letter with more marks than that counts more.
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class CharacterMeter {
  private static final int LONGEST_TAIL = 64;

  private final long most;
  private final StringBuilder tail = new StringBuilder();
  private long beforeTail;
  private long count;
  private boolean full;

  /**
   * A meter of one text.
   *
   * @param most characters that it lets through; {@link Long#MAX_VALUE} for all
   */
  public CharacterMeter(long most) {
    this.most = most;
  }

  /** Characters of a whole text. */
  public static long count(String text) {
    CharacterMeter meter = new CharacterMeter(Long.MAX_VALUE);
    meter.take(text);
    return meter.count();
  }

  /**
   * Takes a piece of the text, of whole code points.
   *
   * @return as much of it as fits: all of it unless {@link #isFull()} says so
   */
  public String take(String piece) {
    if (piece.isEmpty() || full) {
      return "";
    }
    char[] units = piece.toCharArray();
    if (Nfc.isSurelyNormal(units, 0, units.length)) {
      return takePlain(piece);
    }
    int end = 0;
    while (end < piece.length()) {
      int point = piece.codePointAt(end);
      if (!add(point)) {
        full = true;
        return piece.substring(0, end);
      }
      end += Character.charCount(point);
    }
    return piece;
  }

  /** Each unit is a character that joins nothing before it. */
  private String takePlain(String piece) {
    int fit = (int) Math.min(piece.length(), most - count);
    if (fit > 0) {
      tail.setLength(0);
      tail.append(piece.charAt(fit - 1));
      beforeTail = count + fit - 1;
      count += fit;
    }
    full = fit < piece.length();
    return full ? piece.substring(0, fit) : piece;
  }

  private boolean add(int point) {
    boolean letter = !mayJoin(point) || tail.length() >= LONGEST_TAIL;
    if (letter) {
      beforeTail = count;
      tail.setLength(0);
    }
    int before = tail.length();
    tail.appendCodePoint(point);
    String normal = Nfc.normalize(tail.toString());
    long with = beforeTail + normal.codePointCount(0, normal.length());
    if (with > most) {
      tail.setLength(before);
      return false;
    }
    count = with;
    return true;
  }

  /** Whether composition may join a code point to what stands before it. */
  private static boolean mayJoin(int point) {
    if (point >= 0x1160 && point <= 0x11FF) {
      return true; // Vowels and final consonants of Hangul syllables are letters.
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          true;
      default -> false;
    };
  }

  /** Characters let through so far. */
  public long count() {
    return count;
  }

  /** Whether something did not fit: nothing more will. */
  public boolean isFull() {
    return full;
  }
}
