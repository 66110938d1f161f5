package kz.qaqpa.label.notice;

import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.language.Language;

/**
 * Where the notice goes in one answer. It is text like the model's own, and no token. Immutable;
 * any thread.
 *
 * @param policy of the application; {@code CLIENT} also where an answer has to be JSON, or is a
 *     prompt that is continued
 * @param text the notice
 * @param fallback its language where a text is in none of the three
 */
public record NoticePlacement(NoticePolicy policy, LocalText text, Language fallback) {
  /** What stands between an answer and its notice. */
  public static final String SEPARATOR = "\n\n";

  /**
   * What is sent before the model's first token; may be empty.
   *
   * @param question language of the last message of the user
   */
  public String opening(Language question) {
    return policy == NoticePolicy.PREPEND ? in(question) + SEPARATOR : "";
  }

  /**
   * What is sent after the model's last token, before the end; may be empty.
   *
   * @param answer language of what the model said
   * @param said whether it said anything
   */
  public String closing(Language answer, boolean said) {
    if (policy != NoticePolicy.APPEND) {
      return "";
    }
    return said ? SEPARATOR + in(answer) : in(answer);
  }

  private String in(Language language) {
    return text.in(language == Language.OTHER ? fallback : language);
  }

  /** A text that a notice was cut off from, without what stood between; other white space too. */
  static String withoutSeparatorAtEnd(String text) {
    return text.endsWith(SEPARATOR)
        ? text.substring(0, text.length() - SEPARATOR.length())
        : text.stripTrailing();
  }

  /** The same at the beginning. */
  static String withoutSeparatorAtStart(String text) {
    return text.startsWith(SEPARATOR) ? text.substring(SEPARATOR.length()) : text.stripLeading();
  }
}
