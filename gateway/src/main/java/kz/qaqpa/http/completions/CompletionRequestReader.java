package kz.qaqpa.http.completions;

import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.StopStrings;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object to a {@link CompletionRequest}. Functions only. */
final class CompletionRequestReader {
  private static final int USUAL_TOKENS = 16; // OpenAI's default.
  private static final int MOST_ALTERNATIVES = 5;

  private CompletionRequestReader() {}

  /**
   * What a body said.
   *
   * @param request the request
   * @param ignored how many fields outside the schema it had
   */
  record Reading(CompletionRequest request, int ignored) {}

  /**
   * Reads a body.
   *
   * @throws Refusal.BadRequest for a wrong type or value, or a field that would change the answer
   *     and is not implemented
   */
  static Reading read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    int ignored = CompletionFields.REQUEST.check(fields);
    String model = "name of a model";
    int choices = choices(fields);
    int logprobs = logprobs(fields);
    boolean echo = fields.bool("echo");
    if (echo && logprobs >= 0) {
      throw FieldGroups.unsupported(
          "echo", "true beside logprobs (expected: one of the two, as prompts are not scored)");
    }
    CompletionRequest request =
        new CompletionRequest(
            Fields.required(fields.string("model", model), "model", model),
            PromptReader.read(fields, echo),
            choices,
            or(fields.integer("max_tokens", "integer >= 1"), USUAL_TOKENS),
            SamplingOptions.read(fields).withTopLogprobs(logprobs),
            StopStrings.read(fields),
            or(fields.integer("priority", "32-bit integer"), 0),
            StreamOptions.read(fields, false),
            fields.privateString("user", "string"));
    return new Reading(request, ignored);
  }

  private static int choices(Fields fields) {
    String expected = "1 to " + Generation.MOST_CHOICES;
    int n = or(fields.integer("n", expected), 1);
    if (n < 1 || n > Generation.MOST_CHOICES) {
      throw fields.wrong("n", Integer.toString(n), expected);
    }
    Integer bestOf = fields.integer("best_of", "absent, or as n");
    if (bestOf != null && bestOf != n) {
      throw FieldGroups.unsupported(
          "best_of", bestOf + " is not supported (expected: absent, or as n)");
    }
    return n;
  }

  /** -1 if no probabilities are asked for. */
  private static int logprobs(Fields fields) {
    String expected = "0 to " + MOST_ALTERNATIVES;
    Integer logprobs = fields.integer("logprobs", expected);
    if (logprobs != null && (logprobs < 0 || logprobs > MOST_ALTERNATIVES)) {
      throw fields.wrong("logprobs", logprobs.toString(), expected);
    }
    return or(logprobs, -1);
  }

  private static int or(@Nullable Integer value, int fallback) {
    return value == null ? fallback : value;
  }
}
