package kz.qaqpa.language;

import java.util.Locale;

/** The languages that are told apart. */
public enum Language {
  /** Kazakh. */
  KK,
  /** Russian. */
  RU,
  /** English. */
  EN,
  /** Another one, or too little text to tell. */
  OTHER;

  /** As records and reports write it: {@code kk}, {@code ru}, {@code en} or {@code other}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The language of a tag.
   *
   * @throws IllegalArgumentException if it is none of the four
   */
  public static Language of(String tag) {
    return switch (tag) {
      case "kk" -> KK;
      case "ru" -> RU;
      case "en" -> EN;
      case "other" -> OTHER;
      default ->
          throw new IllegalArgumentException(
              "language: \"" + tag + "\" (expected: kk, ru, en or other)");
    };
  }
}
