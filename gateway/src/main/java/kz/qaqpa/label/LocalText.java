package kz.qaqpa.label;

import kz.qaqpa.language.Language;

/**
 * The same in the languages of the country.
 *
 * @param kk Kazakh
 * @param ru Russian
 * @param en English
 */
public record LocalText(String kk, String ru, String en) {

  /** Checks that none is blank. */
  public LocalText {
    require("kk", kk);
    require("ru", ru);
    require("en", en);
  }

  private static void require(String language, String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(language + ": \"\" (expected: a text)");
    }
  }

  /** The text in a language; in Kazakh where it is another one. */
  public String in(Language language) {
    return switch (language) {
      case KK, OTHER -> kk;
      case RU -> ru;
      case EN -> en;
    };
  }
}
