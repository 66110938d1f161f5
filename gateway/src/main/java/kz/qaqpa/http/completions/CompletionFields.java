package kz.qaqpa.http.completions;

import java.util.Map;
import java.util.Set;
import kz.qaqpa.http.api.FieldGroups;

/** Every field of OpenAI's schema of a completion request, and vLLM's extensions, by group. */
final class CompletionFields {
  static final FieldGroups REQUEST =
      new FieldGroups(
          Set.of(
              "model",
              "prompt",
              "echo",
              "n",
              "best_of",
              "max_tokens",
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
              "priority",
              "stream",
              "stream_options",
              "user"),
          Set.of(),
          Map.of("suffix", FieldGroups.is("")));

  private CompletionFields() {}
}
