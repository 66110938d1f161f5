package kz.qaqpa.language;

/** What a single letter says. Functions only. */
final class Letters {
  /** Letters of Kazakh that Russian has not, those that neighbours share last. */
  private static final String KAZAKH = "қғұіәңөүһ";

  /** How many of {@link #KAZAKH} are rare beyond Kazakh: Kyrgyz, Tatar, Mongolian have none. */
  private static final int OWN = 4;

  /** Latin letters that stand for Cyrillic ones where keyboards or fonts lack them. */
  private static final String LOOKALIKES = "ihəɵaeopcxykmtABCEHKMOPTXYIƏƟ";

  private static final String MEANT = "іһәөаеорсхукмтавсенкмортхуіәө";

  private Letters() {}

  /** Whether it is of Kazakh's Cyrillic alphabet and not of Russian's; lower case. */
  static boolean isKazakh(int letter) {
    return KAZAKH.indexOf(letter) >= 0;
  }

  /** Whether it is such a letter that hardly any other language shares, but for і; lower case. */
  static boolean isOwn(int letter) {
    int place = KAZAKH.indexOf(letter);
    return place >= 0 && place < OWN;
  }

  /** Whether it is Cyrillic and neither Russian nor Kazakh; lower case. */
  static boolean isOtherCyrillic(int letter) {
    boolean russian = (letter >= 'а' && letter <= 'я') || letter == 'ё';
    return isCyrillic(letter) && !russian && !isKazakh(letter);
  }

  /** Whether it is of one of Unicode's blocks of Cyrillic that living languages use. */
  static boolean isCyrillic(int letter) {
    return letter >= 0x400 && letter < 0x530;
  }

  /** Whether it is of one of Unicode's blocks of Latin. */
  static boolean isLatin(int letter) {
    return letter < 0x2B0 || (letter >= 0x1E00 && letter < 0x1F00);
  }

  /** Whether words of either script use it: what it looks like says nothing of its neighbours. */
  static boolean isEither(int letter) {
    return "iIhіІһҺəƏ".indexOf(letter) >= 0;
  }

  /** The Cyrillic letter, in lower case, that a Latin one stands for in a Cyrillic word; or 0. */
  static int meant(int latin) {
    int place = LOOKALIKES.indexOf(latin);
    return place < 0 ? 0 : MEANT.charAt(place);
  }
}
