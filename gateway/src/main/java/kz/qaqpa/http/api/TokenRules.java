package kz.qaqpa.http.api;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Which tokens an answer may have and which end it, beside strings: vLLM's fields of these names.
 * Whether the model has the tokens is checked later.
 *
 * @param minTokens tokens of the answer before which nothing ends it, at least 0
 * @param stopTokenIds tokens that end the answer beside the model's own, at most {@value #MOST}
 * @param ignoreEos whether the model's own end tokens are never chosen, so that answers have as
 *     many tokens as were asked for
 * @param allowedTokenIds tokens of which the answer is made, at most {@value #MOST}; null for all
 */
public record TokenRules(
    int minTokens,
    List<Integer> stopTokenIds,
    boolean ignoreEos,
    @Nullable List<Integer> allowedTokenIds) {
  /** Most ids of one list. */
  public static final int MOST = 1024;

  /** What holds for requests that say nothing. */
  public static final TokenRules NONE = new TokenRules(0, List.of(), false, null);

  /** Copies the lists. */
  public TokenRules {
    stopTokenIds = List.copyOf(stopTokenIds);
    allowedTokenIds = allowedTokenIds == null ? null : List.copyOf(allowedTokenIds);
  }

  /** Reads the fields of a request body. */
  static TokenRules read(Fields fields) {
    Integer least = fields.integer("min_tokens", "integer >= 0");
    if (least != null && least < 0) {
      throw fields.wrong("min_tokens", least.toString(), ">= 0");
    }
    List<Integer> stops = ids(fields, "stop_token_ids", 0);
    return new TokenRules(
        least == null ? 0 : least,
        stops == null ? List.of() : stops,
        fields.bool("ignore_eos"),
        ids(fields, "allowed_token_ids", 1));
  }

  private static @Nullable List<Integer> ids(Fields fields, String name, int least) {
    JsonNode node = fields.any(name);
    if (node == null) {
      return null;
    }
    String expected = "array of " + least + " to " + MOST + " token ids";
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong(name, Shown.described(node), expected);
    }
    if (array.size() < least || array.size() > MOST) {
      throw fields.wrong(name, array.size() + " entries", expected);
    }
    List<Integer> ids = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      JsonNode id = array.get(i);
      if (!(id.isIntegralNumber() && id.canConvertToInt() && id.intValue() >= 0)) {
        throw Refusal.BadRequest.value(
            fields.at(name) + "[" + i + "]", Shown.value(id), "token id, >= 0");
      }
      ids.add(id.intValue());
    }
    return ids;
  }
}
