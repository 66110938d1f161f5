package kz.qaqpa.http.api;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import kz.qaqpa.admission.Refusal;

/** The text of requests about labels, and the bounds of their bodies. Functions only. */
public final class LabelText {
  /** Bytes of a text in UTF-8. */
  public static final int MOST_BYTES = 256 << 10;

  /** Bytes of a body with a text and a label, however both are escaped. */
  public static final int MOST_BODY_BYTES = 2 << 20;

  private LabelText() {}

  /**
   * The field {@code text}.
   *
   * @throws Refusal if it is absent, no text, too long or malformed
   */
  public static String of(Fields fields) {
    String text =
        Fields.required(fields.privateString("text", "a string"), fields.at("text"), "a string");
    ChatMessage.requireWellFormed("text", text);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw new Refusal.TooLarge(
          "text: " + bytes + " bytes of UTF-8 (expected: at most " + MOST_BYTES + ")");
    }
    return text;
  }

  /**
   * Refuses what nobody would read: a misspelt name would give an answer to another question.
   *
   * @throws Refusal.BadRequest if there is another field
   */
  public static void requireKnown(Fields fields, Set<String> known) {
    for (String name : fields.object().propertyNames()) {
      if (!known.contains(name)) {
        throw Refusal.BadRequest.value(
            Shown.text(name),
            "unknown",
            "nothing but " + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }
}
