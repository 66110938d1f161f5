package kz.qaqpa.language;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A word as it is read, letter by letter. Used again for the next one; one thread. */
final class Word {
  private static final int COMBINING_BREVE = 0x306;
  private static final int COMBINING_DIAERESIS = 0x308;

  private final StringBuilder letters = new StringBuilder();
  private int count;
  private int cyrillic;
  private int latin;
  private int others;

  /** The script that most of a word is in. */
  enum Script {
    CYRILLIC,
    LATIN,
    OTHER
  }

  boolean isEmpty() {
    return count == 0;
  }

  void clear() {
    letters.setLength(0);
    count = 0;
    cyrillic = 0;
    latin = 0;
    others = 0;
  }

  void letter(int letter) {
    letters.appendCodePoint(letter);
    count++;
    if (Letters.isCyrillic(letter)) {
      cyrillic += Letters.isEither(letter) ? 0 : 1;
    } else if (Letters.isLatin(letter)) {
      latin += Letters.isEither(letter) ? 0 : 1;
    } else {
      others++;
    }
  }

  /** A mark over the last letter: й and ё may be written in two characters. */
  void mark(int mark) {
    int last = letters.length() - 1;
    if (last < 0) {
      return;
    }
    char letter = letters.charAt(last);
    if (mark == COMBINING_BREVE && (letter == 'и' || letter == 'И')) {
      letters.setCharAt(last, letter == 'и' ? 'й' : 'Й');
    } else if (mark == COMBINING_DIAERESIS && (letter == 'е' || letter == 'Е')) {
      letters.setCharAt(last, letter == 'е' ? 'ё' : 'Ё');
    }
  }

  int length() {
    return count;
  }

  Script script() {
    if (others > 0) {
      return Script.OTHER;
    }
    if (cyrillic == 0 && latin == 0) { // Only letters that both have.
      return Letters.isCyrillic(letters.codePointAt(0)) ? Script.CYRILLIC : Script.LATIN;
    }
    return cyrillic >= latin ? Script.CYRILLIC : Script.LATIN;
  }

  /** In lower case. */
  String text() {
    return letters.toString().toLowerCase(Locale.ROOT);
  }

  /**
   * In lower case, with Latin letters that stand for Cyrillic ones put right: әлі with ə and i.
   *
   * @return null if some letters are Latin all the same
   */
  @Nullable String cyrillic() {
    StringBuilder right = new StringBuilder(letters.length());
    for (int i = 0; i < letters.length(); i++) {
      char letter = letters.charAt(i);
      int meant = Letters.isLatin(letter) ? Letters.meant(letter) : letter;
      if (meant == 0) {
        return null;
      }
      right.append((char) meant);
    }
    return right.toString().toLowerCase(Locale.ROOT);
  }
}
