package kz.qaqpa.http.api;

import java.util.Map;
import java.util.function.Predicate;
import kz.qaqpa.admission.Refusal;
import tools.jackson.databind.JsonNode;

/**
 * Fields of OpenAI's schema that would change an answer and are not implemented. Ignoring one would
 * give an answer to another question than the one asked, so anything but a value that means "off"
 * is refused.
 */
final class Unsupported {
  /** The values of each field that change nothing. */
  private static final Map<String, Predicate<JsonNode>> HARMLESS =
      Map.ofEntries(
          Map.entry("n", node -> node.isIntegralNumber() && node.asDouble() == 1),
          Map.entry("tools", Unsupported::isEmpty),
          Map.entry("functions", Unsupported::isEmpty),
          Map.entry("tool_choice", node -> is(node, "none")),
          Map.entry("function_call", node -> is(node, "none")),
          Map.entry("response_format", node -> is(node.path("type"), "text")),
          Map.entry("modalities", node -> node.size() == 1 && is(node.path(0), "text")),
          Map.entry("audio", _ -> false),
          Map.entry("prediction", _ -> false),
          Map.entry("web_search_options", _ -> false),
          Map.entry("moderation", _ -> false),
          Map.entry("reasoning_effort", node -> is(node, "none")),
          Map.entry("verbosity", node -> is(node, "medium")),
          Map.entry("logprobs", node -> node.isBoolean() && !node.booleanValue()),
          Map.entry("top_logprobs", node -> node.isNumber() && node.asDouble() == 0),
          Map.entry("logit_bias", Unsupported::isEmpty));

  private Unsupported() {}

  /**
   * Checks one field.
   *
   * @return whether the schema has it
   * @throws Refusal.BadRequest if it asks for something that is not implemented
   */
  static boolean check(Fields fields, String name) {
    Predicate<JsonNode> harmless = HARMLESS.get(name);
    JsonNode node = fields.any(name);
    if (harmless != null && node != null && !harmless.test(node)) {
      throw refusal(fields.at(name));
    }
    return harmless != null;
  }

  static Refusal.BadRequest refusal(String field) {
    return new Refusal.BadRequest(
        field, "unsupported_parameter", field + ": not supported (expected: absent)");
  }

  private static boolean isEmpty(JsonNode node) {
    return node.isContainer() && node.isEmpty();
  }

  private static boolean is(JsonNode node, String value) {
    return node.isString() && node.stringValue().equals(value);
  }
}
