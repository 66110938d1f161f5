package kz.qaqpa.http.api.responses;

import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.http.api.FieldGroups;
import tools.jackson.databind.JsonNode;

/** Every field of OpenAI's schema of a response to be made, and our extensions, in their groups. */
final class ResponsesFields {
  /** Of the request. */
  static final FieldGroups REQUEST =
      new FieldGroups(
          Set.of(
              "model",
              "instructions",
              "input",
              "previous_response_id",
              "store",
              "max_output_tokens",
              "temperature",
              "top_p",
              "top_k",
              "min_p",
              "repetition_penalty",
              "frequency_penalty",
              "presence_penalty",
              "seed",
              "min_tokens",
              "stop_token_ids",
              "ignore_eos",
              "allowed_token_ids",
              "stop",
              "logit_bias",
              "top_logprobs",
              "include",
              "priority",
              "truncation",
              "stream",
              "stream_options",
              "text",
              "reasoning",
              "tool_choice",
              "parallel_tool_calls",
              "metadata",
              "user",
              "safety_identifier",
              "prompt_cache_key"),
          Set.of(
              "prompt_cache_retention", "prompt_cache_options", "service_tier", "max_tool_calls"),
          Map.of(
              "tools", FieldGroups::isEmpty,
              "background", ResponsesFields::isFalse,
              "conversation", FieldGroups::never,
              "context_management", FieldGroups::isEmpty,
              "moderation", FieldGroups::never,
              "prompt", FieldGroups::never,
              // WebSocket clients ask with false for a prompt to be read and nothing to be said.
              "generate", node -> node.isBoolean() && node.booleanValue()));

  /** Of {@code text}. */
  static final FieldGroups TEXT =
      new FieldGroups(
          Set.of(),
          Set.of(),
          Map.of(
              "format",
              node -> FieldGroups.is("text").test(node.path("type")),
              "verbosity",
              FieldGroups.is("medium")));

  /** Of {@code reasoning}: nothing here reasons apart from its answer. */
  static final FieldGroups REASONING =
      new FieldGroups(
          Set.of(),
          Set.of(),
          Map.of(
              "effort", FieldGroups.is("none"),
              "mode", FieldGroups::never,
              "context", FieldGroups.is("auto"),
              "summary", FieldGroups.is("auto"),
              "generate_summary", FieldGroups.is("auto")));

  /** Of one item that is a message. */
  static final FieldGroups MESSAGE =
      new FieldGroups(Set.of("type", "role", "content"), Set.of("id", "status", "phase"), Map.of());

  /** What {@code include} may list. All but the first tell more of tools, which there are not. */
  static final List<String> INCLUDES =
      List.of(
          "message.output_text.logprobs",
          "file_search_call.results",
          "web_search_call.results",
          "web_search_call.action.sources",
          "message.input_image.image_url",
          "computer_call_output.output.image_url",
          "code_interpreter_call.outputs",
          "reasoning.encrypted_content");

  private ResponsesFields() {}

  private static boolean isFalse(JsonNode node) {
    return node.isBoolean() && !node.booleanValue();
  }
}
