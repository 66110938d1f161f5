package kz.qaqpa.label.notice;

import java.util.List;

/**
 * A file of {@code config/labels}: the notice in one language.
 *
 * @param checked whether a lawyer who speaks the language has approved of it
 * @param text what people are shown, one line
 * @param agreement follows it where an application has a user agreement; {@code {url}} stands for
 *     its address
 * @param earlier what people were shown before, still to be recognised in conversations
 */
public record Wording(boolean checked, String text, String agreement, List<String> earlier) {
  private static final int LONGEST = 500;
  static final String URL = "{url}";

  /** Checks that texts are single lines. */
  public Wording {
    requireLine("text", text);
    requireLine("agreement", agreement);
    int url = agreement.indexOf(URL);
    if (url < 0 || agreement.indexOf(URL, url + 1) >= 0) {
      throw new IllegalArgumentException(
          "agreement: without " + URL + ", or with two (expected: it once)");
    }
    earlier = List.copyOf(earlier);
    earlier.forEach(old -> requireLine("earlier", old));
  }

  private static void requireLine(String name, String line) {
    if (line.isBlank()
        || line.length() > LONGEST
        || !line.equals(line.strip())
        || line.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          name
              + ": "
              + line.length()
              + " characters (expected: one line of 1 to "
              + LONGEST
              + ", without spaces around it)");
    }
  }

  /** The notice of an application with this agreement. */
  String with(String agreementUrl) {
    return text + " " + agreement.replace(URL, agreementUrl);
  }

  /** What stands before the address. */
  String beforeUrl() {
    return agreement.substring(0, agreement.indexOf(URL));
  }

  /** What stands after the address. */
  String afterUrl() {
    return agreement.substring(agreement.indexOf(URL) + URL.length());
  }
}
