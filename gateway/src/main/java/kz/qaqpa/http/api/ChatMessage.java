package kz.qaqpa.http.api;

import kz.qaqpa.admission.Refusal;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code developer}, {@code user} or {@code assistant}
 * @param content its text, well-formed UTF-16; text parts are joined
 */
public record ChatMessage(String role, String content) {

  /** Index of the first unpaired surrogate, or -1. */
  static int unpairedSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (!pair) {
        return i;
      }
      i++;
    }
    return -1;
  }

  /** Refuses text that is not well-formed, naming the field and the place. */
  static void requireWellFormed(String field, String text) {
    int bad = unpairedSurrogate(text);
    if (bad >= 0) {
      throw Refusal.BadRequest.value(field, "unpaired surrogate at " + bad, "well-formed text");
    }
  }
}
