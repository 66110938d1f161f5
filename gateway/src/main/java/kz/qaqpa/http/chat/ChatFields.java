package kz.qaqpa.http.chat;

import java.util.Map;
import java.util.Set;
import kz.qaqpa.http.api.FieldGroups;

/** Every field of OpenAI's schema of a chat request, and vLLM's extensions, in their groups. */
final class ChatFields {
  /** Of the request. */
  static final FieldGroups REQUEST =
      new FieldGroups(
          Set.of(
              "model",
              "messages",
              "max_tokens",
              "max_completion_tokens",
              "n",
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
              "logprobs",
              "top_logprobs",
              "priority",
              "stream",
              "stream_options",
              "user",
              "metadata"),
          Set.of(
              "safety_identifier",
              "prompt_cache_key",
              "prompt_cache_retention",
              "prompt_cache_options",
              "service_tier",
              "store",
              "parallel_tool_calls"),
          Map.ofEntries(
              Map.entry("tools", FieldGroups::isEmpty),
              Map.entry("functions", FieldGroups::isEmpty),
              Map.entry("tool_choice", FieldGroups.is("none")),
              Map.entry("function_call", FieldGroups.is("none")),
              Map.entry("response_format", node -> FieldGroups.is("text").test(node.path("type"))),
              Map.entry(
                  "modalities",
                  node -> node.size() == 1 && FieldGroups.is("text").test(node.path(0))),
              Map.entry("audio", FieldGroups::never),
              Map.entry("prediction", FieldGroups::never),
              Map.entry("web_search_options", FieldGroups::never),
              Map.entry("moderation", FieldGroups::never),
              Map.entry("reasoning_effort", FieldGroups.is("none")),
              Map.entry("verbosity", FieldGroups.is("medium"))));

  /** Of one message, whatever its role. */
  static final FieldGroups MESSAGE =
      new FieldGroups(
          Set.of("role", "content", "tool_call_id"),
          Set.of("name", "refusal"),
          Map.of(
              "tool_calls", FieldGroups::isEmpty,
              "function_call", FieldGroups::never,
              "audio", FieldGroups::never));

  private ChatFields() {}
}
