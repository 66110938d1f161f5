package kz.qaqpa.http.chat;

import java.util.Objects;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Metadata;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.StopStrings;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object to a {@link ChatRequest}. Functions only. */
final class ChatRequestReader {
  private ChatRequestReader() {}

  /**
   * What a body said.
   *
   * @param request the request
   * @param ignored how many fields outside the schema it had
   */
  record Reading(ChatRequest request, int ignored) {}

  /**
   * Reads a body.
   *
   * @throws Refusal.BadRequest for a wrong type or value, or a field that would change the answer
   *     and is not implemented
   */
  static Reading read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    int ignored = ChatFields.REQUEST.check(fields);
    MessagesReader messages = new MessagesReader();
    String model = "name of a model";
    Integer priority = fields.integer("priority", "32-bit integer");
    ChatRequest request =
        new ChatRequest(
            Fields.required(fields.string("model", model), "model", model),
            messages.read(fields),
            choices(fields),
            maxTokens(fields),
            SamplingOptions.read(fields).withTopLogprobs(topLogprobs(fields)),
            StopStrings.read(fields),
            priority == null ? 0 : priority,
            StreamOptions.read(fields, true),
            fields.privateString("user", "string"),
            Metadata.read(fields));
    return new Reading(request, ignored + messages.ignored());
  }

  private static int choices(Fields fields) {
    String expected = "1 to " + Generation.MOST_CHOICES;
    Integer n = fields.integer("n", expected);
    if (n != null && (n < 1 || n > Generation.MOST_CHOICES)) {
      throw fields.wrong("n", n.toString(), expected);
    }
    return n == null ? 1 : n;
  }

  /** -1 if no probabilities are asked for. */
  private static int topLogprobs(Fields fields) {
    String expected = "0 to " + SamplingOptions.MOST_ALTERNATIVES;
    Integer top = fields.integer("top_logprobs", expected);
    if (top != null && (top < 0 || top > SamplingOptions.MOST_ALTERNATIVES)) {
      throw fields.wrong("top_logprobs", top.toString(), expected);
    }
    boolean wanted = fields.bool("logprobs");
    if (top != null && top > 0 && !wanted) {
      throw fields.wrong("top_logprobs", top.toString(), "absent, or logprobs true beside it");
    }
    if (!wanted) {
      return -1;
    }
    return top == null ? 0 : top;
  }

  private static @Nullable Integer maxTokens(Fields fields) {
    Integer completion = fields.integer("max_completion_tokens", "integer >= 1");
    Integer tokens = fields.integer("max_tokens", "integer >= 1");
    if (completion != null && tokens != null && !Objects.equals(completion, tokens)) {
      throw fields.wrong("max_tokens", tokens.toString(), "absent, or as max_completion_tokens");
    }
    if (tokens != null && tokens < 1) {
      throw fields.wrong("max_tokens", Shown.number(tokens), ">= 1");
    }
    return completion == null ? tokens : completion;
  }
}
