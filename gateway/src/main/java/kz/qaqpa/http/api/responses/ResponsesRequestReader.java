package kz.qaqpa.http.api.responses;

import java.util.Set;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Metadata;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.StopStrings;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object to a {@link ResponsesRequest}. Functions only. */
public final class ResponsesRequestReader {
  private static final String LOGPROBS = ResponsesFields.INCLUDES.getFirst();

  private ResponsesRequestReader() {}

  /**
   * What an object said.
   *
   * @param request the request
   * @param ignored how many fields outside the schema it had
   */
  public record Reading(ResponsesRequest request, int ignored) {}

  /**
   * Reads the body of {@code POST /v1/responses}, or a {@code response.create} event without its
   * {@code type} and {@code stream_id}.
   *
   * @throws Refusal.BadRequest for a wrong type or value, or a field that would change the answer
   *     and is not implemented
   */
  public static Reading read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    int ignored =
        ResponsesFields.REQUEST.check(fields)
            + group(fields, "text", ResponsesFields.TEXT)
            + group(fields, "reasoning", ResponsesFields.REASONING);
    InputReader input = new InputReader();
    String model = "name of a model";
    Integer priority = fields.integer("priority", "32-bit integer");
    ResponsesRequest request =
        new ResponsesRequest(
            Fields.required(fields.string("model", model), "model", model),
            fields.privateString("instructions", "string"),
            input.read(fields),
            fields.string("previous_response_id", "id of a response"),
            orTrue(fields, "store"),
            fields.integer("max_output_tokens", "integer >= 1"),
            SamplingOptions.read(fields).withTopLogprobs(topLogprobs(fields)),
            StopStrings.read(fields),
            priority == null ? 0 : priority,
            dropOldest(fields),
            StreamOptions.read(fields, true),
            echo(fields));
    return new Reading(request, ignored + input.ignored());
  }

  private static int group(Fields fields, String name, FieldGroups groups) {
    ObjectNode child = fields.child(name);
    return child == null ? 0 : groups.check(new Fields(child, fields.at(name)));
  }

  private static ResponsesRequest.Echo echo(Fields fields) {
    return new ResponsesRequest.Echo(
        toolChoice(fields),
        orTrue(fields, "parallel_tool_calls"),
        Metadata.read(fields),
        fields.privateString("user", "string"),
        fields.privateString("safety_identifier", "string"),
        fields.privateString("prompt_cache_key", "string"));
  }

  /** Without tools, {@code auto} and {@code none} are the same. */
  private static String toolChoice(Fields fields) {
    JsonNode node = fields.any("tool_choice");
    if (node == null) {
      return "auto";
    }
    if (node.isString() && Set.of("auto", "none").contains(node.stringValue())) {
      return node.stringValue();
    }
    throw FieldGroups.unsupported("tool_choice", Shown.value(node) + " (expected: auto or none)");
  }

  private static boolean dropOldest(Fields fields) {
    String expected = "auto or disabled";
    String truncation = fields.string("truncation", expected);
    if (truncation == null || truncation.equals("disabled")) {
      return false;
    }
    if (!truncation.equals("auto")) {
      throw fields.wrong("truncation", Shown.text(truncation), expected);
    }
    return true;
  }

  /** -1 if no probabilities are asked for. */
  private static int topLogprobs(Fields fields) {
    String expected = "0 to " + SamplingOptions.MOST_ALTERNATIVES;
    Integer top = fields.integer("top_logprobs", expected);
    if (top != null && (top < 0 || top > SamplingOptions.MOST_ALTERNATIVES)) {
      throw fields.wrong("top_logprobs", top.toString(), expected);
    }
    boolean wanted = includesLogprobs(fields);
    if (top != null && top > 0 && !wanted) {
      throw fields.wrong(
          "top_logprobs", top.toString(), "absent, or include with \"" + LOGPROBS + "\" beside it");
    }
    if (!wanted) {
      return -1;
    }
    return top == null ? 0 : top;
  }

  private static boolean includesLogprobs(Fields fields) {
    JsonNode node = fields.any("include");
    if (node == null) {
      return false;
    }
    String expected = "array of " + String.join(", ", ResponsesFields.INCLUDES);
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong("include", Shown.value(node), expected);
    }
    boolean wanted = false;
    for (int i = 0; i < array.size(); i++) {
      JsonNode entry = array.get(i);
      if (!entry.isString() || !ResponsesFields.INCLUDES.contains(entry.stringValue())) {
        throw fields.wrong(
            "include[" + i + "]", Shown.value(entry), "one of " + expected.substring(9));
      }
      wanted |= entry.stringValue().equals(LOGPROBS);
    }
    return wanted;
  }

  private static boolean orTrue(Fields fields, String name) {
    @Nullable JsonNode node = fields.any(name);
    return node == null || fields.bool(name);
  }
}
