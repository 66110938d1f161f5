package kz.qaqpa.http.tokens;

import java.util.Map;
import java.util.Set;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.TokenIds;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of {@code POST /detokenize}.
 *
 * @param model which model's tokens, or null for the one that is served
 * @param tokens ids, possibly none
 * @param ignored how many fields it had that are not known
 */
record DetokenizeRequest(@Nullable String model, Prompt.Tokens tokens, int ignored) {
  private static final FieldGroups FIELDS =
      new FieldGroups(Set.of("model", "tokens"), Set.of(), Map.of());

  /** Reads a body. */
  static DetokenizeRequest read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    String expected = "array of token ids";
    JsonNode node = Fields.required(fields.any("tokens"), "tokens", expected);
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong("tokens", Shown.described(node), expected);
    }
    return new DetokenizeRequest(
        fields.string("model", "name of a model"),
        new Prompt.Tokens(TokenIds.read(array, "tokens"), false, "tokens"),
        FIELDS.check(fields));
  }
}
