package kz.qaqpa.http.api;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The field {@code stop}: a string, or up to {@value #MOST} of them. Functions only. */
public final class StopStrings {
  static final int MOST = 16;
  static final int LONGEST = 256;

  private StopStrings() {}

  /**
   * Reads the field.
   *
   * @return strings of 1 to {@value #LONGEST} characters of well-formed text
   * @throws Refusal.BadRequest for anything else, never repeating its text
   */
  public static List<String> read(Fields fields) {
    List<String> stops = strings(fields, fields.any("stop"));
    for (int i = 0; i < stops.size(); i++) {
      String field = "stop[" + i + "]";
      int length = stops.get(i).length();
      if (length < 1 || length > LONGEST) {
        throw Refusal.BadRequest.value(
            field, length + " characters", "1 to " + LONGEST + " characters");
      }
      ChatMessage.requireWellFormed(field, stops.get(i));
    }
    return stops;
  }

  private static List<String> strings(Fields fields, @Nullable JsonNode node) {
    if (node == null) {
      return List.of();
    }
    if (node.isString()) {
      return List.of(node.stringValue());
    }
    String expected = "string or array of up to " + MOST + " strings";
    if (!(node instanceof ArrayNode array) || array.size() > MOST) {
      throw fields.wrong("stop", Shown.described(node), expected);
    }
    List<String> stops = new ArrayList<>(array.size());
    for (JsonNode entry : array) {
      if (!entry.isString()) {
        throw fields.wrong("stop", "entry: " + Shown.described(entry), expected);
      }
      stops.add(entry.stringValue());
    }
    return stops;
  }
}
