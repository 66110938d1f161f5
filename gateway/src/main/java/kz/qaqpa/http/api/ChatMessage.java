package kz.qaqpa.http.api;

import java.util.function.Function;
import kz.qaqpa.admission.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * One message of a conversation.
 *
 * @param role {@code system}, {@code developer}, {@code user}, {@code assistant} or {@code tool}
 * @param content its text, well-formed UTF-16; text parts are joined
 */
public record ChatMessage(String role, String content) {

  /**
   * Reads the field {@code content}: a string, or parts that are joined.
   *
   * @param part the text of one part
   * @throws Refusal.BadRequest naming the place, never repeating its text
   */
  public static String content(Fields fields, Function<Fields, String> part) {
    String expected = "string or array of text parts";
    JsonNode node = Fields.required(fields.any("content"), fields.at("content"), expected);
    if (node.isString()) {
      return node.stringValue();
    }
    if (!(node instanceof ArrayNode parts)) {
      throw fields.wrong("content", Shown.described(node), expected);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      text.append(part.apply(Fields.of(parts.get(i), fields.at("content") + "[" + i + "]")));
    }
    return text.toString();
  }

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
