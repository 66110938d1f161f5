package kz.qaqpa.http.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object to a {@link ChatRequest}. Functions only. */
public final class ChatRequestReader {
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

  /** Fields that are read here, and fields of OpenAI's schema that change nothing in an answer. */
  private static final Set<String> KNOWN =
      Set.of(
          "model",
          "messages",
          "max_tokens",
          "max_completion_tokens",
          "temperature",
          "top_p",
          "top_k",
          "min_p",
          "repetition_penalty",
          "frequency_penalty",
          "presence_penalty",
          "seed",
          "stop",
          "stream",
          "stream_options",
          "user",
          "metadata",
          "n",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "prompt_cache_options",
          "service_tier",
          "store",
          "parallel_tool_calls");

  private ChatRequestReader() {}

  /**
   * What a body said.
   *
   * @param request the request
   * @param ignored how many fields outside the schema it had
   */
  public record Reading(ChatRequest request, int ignored) {}

  /**
   * Reads a body.
   *
   * @throws Refusal.BadRequest for a wrong type or value, or a field that would change the answer
   *     and is not implemented
   */
  public static Reading read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    int ignored = 0;
    for (String name : body.propertyNames()) {
      if (!KNOWN.contains(name) && !Unsupported.check(fields, name)) {
        ignored++;
      }
    }
    Unsupported.check(fields, "n");
    ObjectNode streamOptions = fields.child("stream_options");
    Fields options =
        new Fields(streamOptions == null ? body.objectNode() : streamOptions, "stream_options");
    if (options.bool("include_obfuscation")) {
      throw Unsupported.refusal("stream_options.include_obfuscation");
    }
    ChatRequest request =
        new ChatRequest(
            required(fields.string("model", "name of a model"), "model", "name of a model"),
            messages(fields),
            maxTokens(fields),
            SamplingOptions.read(fields),
            StopStrings.read(fields),
            fields.bool("stream"),
            options.bool("include_usage"),
            fields.privateString("user", "string"),
            Metadata.read(fields));
    return new Reading(request, ignored);
  }

  private static List<ChatMessage> messages(Fields fields) {
    String expected = "array of messages";
    JsonNode node = required(fields.any("messages"), "messages", expected);
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong("messages", Shown.described(node), expected);
    }
    if (array.size() > ChatRequest.MOST_MESSAGES) {
      String most = "at most " + ChatRequest.MOST_MESSAGES + " entries";
      throw fields.wrong("messages", array.size() + " entries", most);
    }
    List<ChatMessage> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      messages.add(message(array.get(i), "messages[" + i + "]"));
    }
    return messages;
  }

  private static ChatMessage message(JsonNode node, String path) {
    if (!(node instanceof ObjectNode object)) {
      throw Refusal.BadRequest.value(path, Shown.described(node), "an object");
    }
    Fields fields = new Fields(object, path);
    String expected = "system, developer, user or assistant";
    String role = required(fields.string("role", expected), fields.at("role"), expected);
    if (!ROLES.contains(role)) {
      throw fields.wrong("role", Shown.text(role), expected);
    }
    for (String unsupported : List.of("tool_calls", "function_call", "audio")) {
      if (fields.any(unsupported) != null) {
        throw Unsupported.refusal(fields.at(unsupported));
      }
    }
    return new ChatMessage(role, content(fields));
  }

  private static String content(Fields fields) {
    String expected = "string or array of text parts";
    JsonNode node = required(fields.any("content"), fields.at("content"), expected);
    if (node.isString()) {
      return node.stringValue();
    }
    if (!(node instanceof ArrayNode parts)) {
      throw fields.wrong("content", Shown.described(node), expected);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      String path = fields.at("content") + "[" + i + "]";
      if (!(parts.get(i) instanceof ObjectNode part)) {
        throw Refusal.BadRequest.value(path, Shown.described(parts.get(i)), "an object");
      }
      Fields partFields = new Fields(part, path);
      String type = required(partFields.string("type", "text"), partFields.at("type"), "\"text\"");
      if (!"text".equals(type)) {
        throw Unsupported.refusal(partFields.at("type"));
      }
      text.append(
          required(partFields.privateString("text", "string"), partFields.at("text"), "string"));
    }
    return text.toString();
  }

  private static @Nullable Integer maxTokens(Fields fields) {
    Integer completion = fields.integer("max_completion_tokens", "integer >= 1");
    Integer tokens = fields.integer("max_tokens", "integer >= 1");
    if (completion != null && tokens != null && !Objects.equals(completion, tokens)) {
      throw fields.wrong("max_tokens", tokens.toString(), "absent, or as max_completion_tokens");
    }
    if (tokens != null && tokens < 1) {
      throw fields.wrong("max_tokens", tokens.toString(), ">= 1");
    }
    return completion == null ? tokens : completion;
  }

  private static <T> T required(@Nullable T value, String field, String expected) {
    if (value == null) {
      throw new Refusal.BadRequest(
          field, "missing_required_parameter", field + ": absent (expected: " + expected + ")");
    }
    return value;
  }
}
