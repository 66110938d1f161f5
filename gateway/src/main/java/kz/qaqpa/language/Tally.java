package kz.qaqpa.language;

import org.jspecify.annotations.Nullable;

/** What the words of a text say together. One thread. */
final class Tally {
  private static final int WORD = 2;
  private static final int ENDING = 1;

  /** Letters of Kazakh's neighbours after which one of Kazakh's own should have come. */
  private static final int SURELY_OWN = 3;

  /** As many times more letters of an unknown language outweigh a known one. */
  private static final int OUTWEIGHS = 4;

  private int cyrillicWords;
  private int cyrillicLetters;
  private int latinWords;
  private int latinLetters;
  private int otherLetters;

  private int kazakh;
  private int russian;
  private int english;
  private int otherCyrillic;
  private int otherLatin;

  private int kazakhLetters;
  private int ownLetters;
  private int dottedI;

  void add(Word word) {
    switch (word.script()) {
      case CYRILLIC -> addCyrillic(word);
      case LATIN -> addLatin(word);
      case OTHER -> otherLetters += word.length();
    }
  }

  private void addCyrillic(Word word) {
    cyrillicWords++;
    cyrillicLetters += word.length();
    String text = word.cyrillic();
    if (text == null) {
      return;
    }
    boolean isKazakh = false;
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (Letters.isOtherCyrillic(letter)) {
        otherCyrillic += WORD;
        return;
      }
      isKazakh |= Letters.isKazakh(letter);
      kazakhLetters += Letters.isKazakh(letter) ? 1 : 0;
      ownLetters += Letters.isOwn(letter) ? 1 : 0;
      dottedI += letter == 'і' ? 1 : 0;
    }
    Sign sign = Vocabulary.word(text);
    if (sign != null) {
      count(sign, WORD);
    } else if (isKazakh && text.length() > 1) {
      kazakh += WORD;
    } else {
      count(Vocabulary.ending(text), ENDING);
    }
  }

  private void addLatin(Word word) {
    latinWords++;
    latinLetters += word.length();
    String text = word.text();
    Sign sign = Vocabulary.word(text);
    if (sign == Sign.OTHER) {
      otherLatin += WORD;
    } else if (sign == Sign.ENGLISH) {
      english += WORD;
    } else if (text.chars().anyMatch(letter -> letter > 127)) {
      otherLatin += ENDING;
    } else {
      count(Vocabulary.ending(text), ENDING);
    }
  }

  private void count(@Nullable Sign sign, int weight) {
    switch (sign) {
      case KAZAKH -> kazakh += weight;
      case RUSSIAN -> russian += weight;
      case ENGLISH -> english += weight;
      case OTHER -> otherCyrillic += weight;
      case null -> {}
    }
  }

  Language verdict() {
    if (otherLetters > cyrillicLetters + latinLetters) {
      return Language.OTHER;
    }
    Language cyrillic = cyrillic();
    Language latin = latin();
    if (cyrillic == null) {
      return latin == null || cyrillicLetters > OUTWEIGHS * latinLetters ? Language.OTHER : latin;
    }
    if (latin == null) {
      return latinLetters > OUTWEIGHS * cyrillicLetters ? Language.OTHER : cyrillic;
    }
    return cyrillicLetters >= latinLetters ? cyrillic : latin;
  }

  /** What the Cyrillic words are in; null if they do not say. */
  private @Nullable Language cyrillic() {
    if (isNeighbour() || (otherCyrillic > 0 && otherCyrillic >= Math.max(kazakh, russian))) {
      return Language.OTHER;
    }
    if (kazakh == 0 && russian == 0) {
      return cyrillicWords > 1 ? Language.RU : null;
    }
    return kazakh >= russian ? Language.KK : Language.RU;
  }

  /** Whether what looks like Kazakh is Kyrgyz, Tatar or Mongolian, or Ukrainian. */
  private boolean isNeighbour() {
    return (kazakhLetters >= SURELY_OWN && ownLetters == 0)
        || (otherCyrillic > 0 && kazakhLetters > 0 && dottedI == kazakhLetters);
  }

  /** What the Latin words are in; null if they do not say. */
  private @Nullable Language latin() {
    if (otherLatin > 0 && otherLatin >= english) {
      return Language.OTHER;
    }
    boolean enough = english >= WORD && english * 10 >= latinWords * 3;
    return enough && latinLetters > 1 ? Language.EN : null;
  }
}
