package kz.qaqpa.http.api;

import kz.qaqpa.admission.Refusal;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}
 * @param content its text, well-formed UTF-16; text parts are joined
 */
public record ChatMessage(String role, String content) {

  /** Index of the first unpaired surrogate, or -1. */
  static int unpairedSurrogate(String text) {
    int i = 0;
    while (i < text.length()) {
      int code = text.codePointAt(i);
      if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
        return i;
      }
      i += Character.charCount(code);
    }
    return -1;
  }

  /** Refuses text that is not well-formed, naming the field and the place. */
  public static void requireWellFormed(String field, String text) {
    int bad = unpairedSurrogate(text);
    if (bad >= 0) {
      throw Refusal.BadRequest.value(field, "unpaired surrogate at " + bad, "well-formed text");
    }
  }
}
