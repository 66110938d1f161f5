package kz.qaqpa.http.completions;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.TokenIds;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * The field {@code prompt}: a string, an array of strings, an array of token ids, or an array of
 * such arrays. Functions only.
 */
final class PromptReader {
  private static final String NAME = "prompt";
  private static final String EXPECTED =
      "string, array of strings, array of token ids, or array of such arrays";

  private PromptReader() {}

  /**
   * Reads the field. An absent one is a text of nothing, which the model's start token begins.
   *
   * @param echo whether answers begin with their prompt
   * @return one prompt or more, in order
   * @throws kz.qaqpa.admission.Refusal.BadRequest naming the place, never repeating its text
   */
  static List<Prompt> read(Fields fields, boolean echo) {
    JsonNode node = fields.any(NAME);
    if (node == null || node.isString()) {
      return List.of(text(node, NAME, echo));
    }
    if (!(node instanceof ArrayNode array) || array.isEmpty()) {
      throw fields.wrong(NAME, Shown.described(node), EXPECTED);
    }
    if (array.get(0).isNumber()) {
      return List.of(new Prompt.Tokens(TokenIds.read(array, NAME), echo, NAME));
    }
    if (array.size() > Generation.MOST_ANSWERS) {
      throw fields.wrong(
          NAME, array.size() + " prompts", "at most " + Generation.MOST_ANSWERS + " prompts");
    }
    boolean texts = array.get(0).isString();
    List<Prompt> prompts = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String place = NAME + "[" + i + "]";
      JsonNode entry = array.get(i);
      if (texts && entry.isString()) {
        prompts.add(text(entry, place, echo));
      } else if (!texts && entry instanceof ArrayNode ids && !ids.isEmpty()) {
        prompts.add(new Prompt.Tokens(TokenIds.read(ids, place), echo, place));
      } else {
        throw fields.wrong(place, Shown.described(entry), texts ? "string" : "token ids");
      }
    }
    return prompts;
  }

  private static Prompt text(@Nullable JsonNode node, String place, boolean echo) {
    String text = node == null ? "" : node.stringValue();
    ChatMessage.requireWellFormed(place, text);
    return new Prompt.Text(text, echo, place);
  }
}
