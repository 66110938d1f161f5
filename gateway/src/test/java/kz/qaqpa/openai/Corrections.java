package kz.qaqpa.openai;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Places where OpenAI's own document is wrong or this gateway goes further, each with its reason.
 */
final class Corrections {
  /** A chunk of a streamed completion, which the document does not tell from a whole answer. */
  static final String COMPLETION_CHUNK = "CreateCompletionStreamResponse";

  private static final String SCHEMAS = "/components/schemas";

  private static final List<Correction> ALL =
      List.of(
          new Correction(
              SCHEMAS + "/" + COMPLETION_CHUNK + "/properties/choices/items/properties",
              "finish_reason",
              "{\"anyOf\":[{\"enum\":[\"stop\",\"length\",\"content_filter\"]},{\"type\":\"null\"}]}",
              "only a choice's last chunk has a reason; the others say null, as OpenAI's own do"),
          new Correction(
              SCHEMAS + "/" + COMPLETION_CHUNK + "/properties",
              "usage",
              "{\"anyOf\":[{\"$ref\":\"#/components/schemas/CompletionUsage\"},{\"type\":\"null\"}]}",
              "stream_options promises usage: null in all chunks but the last"));

  private Corrections() {}

  /**
   * One place.
   *
   * @param at JSON pointer of an object in the document
   * @param key member of it to set
   * @param value JSON of its value
   * @param why the reason
   */
  private record Correction(String at, String key, String value, String why) {}

  /** Changes the document in place; a place that is no longer there is an error. */
  static void apply(ObjectNode document) {
    allowNull(document);
    ((ObjectNode) document.at(SCHEMAS))
        .set(COMPLETION_CHUNK, document.at(SCHEMAS + "/CreateCompletionResponse").deepCopy());
    for (Correction correction : ALL) {
      JsonNode parent = document.at(correction.at());
      JsonNode value = JsonMapper.shared().readTree(correction.value());
      switch (parent) {
        case ObjectNode object -> object.set(correction.key(), value);
        case ArrayNode array -> array.set(Integer.parseInt(correction.key()), value);
        default -> throw new AssertionError("no longer there: " + correction);
      }
    }
  }

  /**
   * {@code nullable} is a word of OpenAPI 3.0; the document says that it is 3.1, where it means
   * nothing, and still has it in a hundred places.
   */
  private static void allowNull(JsonNode node) {
    node.forEach(Corrections::allowNull);
    if (node instanceof ObjectNode object && object.path("nullable").isBoolean()) {
      boolean nullable = object.remove("nullable").booleanValue();
      if (nullable) {
        ObjectNode same = object.deepCopy();
        object.removeAll();
        object.putArray("anyOf").add(same).addObject().put("type", "null");
      }
    }
  }
}
