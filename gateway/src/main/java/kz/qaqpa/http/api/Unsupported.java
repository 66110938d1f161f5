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
  private static final Predicate<JsonNode> NEVER = _ -> false;
  private static final Predicate<JsonNode> EMPTY = node -> node.isContainer() && node.isEmpty();
  private static final Predicate<JsonNode> NONE = is("none");
  private static final Predicate<JsonNode> OFF = node -> node.isBoolean() && !node.booleanValue();

  /** The values of each field that change nothing. */
  private static final Map<String, Predicate<JsonNode>> HARMLESS =
      Map.ofEntries(
          Map.entry("n", node -> node.isIntegralNumber() && node.asDouble() == 1),
          Map.entry("tools", EMPTY),
          Map.entry("functions", EMPTY),
          Map.entry("tool_choice", NONE),
          Map.entry("function_call", NONE),
          Map.entry("response_format", node -> is("text").test(node.path("type"))),
          Map.entry("modalities", node -> node.size() == 1 && is("text").test(node.path(0))),
          Map.entry("audio", NEVER),
          Map.entry("prediction", NEVER),
          Map.entry("web_search_options", NEVER),
          Map.entry("moderation", NEVER),
          Map.entry("reasoning_effort", NONE),
          Map.entry("verbosity", is("medium")),
          Map.entry("logprobs", OFF),
          Map.entry("top_logprobs", node -> node.isNumber() && node.asDouble() == 0),
          Map.entry("logit_bias", EMPTY));

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

  private static Predicate<JsonNode> is(String value) {
    return node -> node.isString() && node.stringValue().equals(value);
  }
}
