package kz.qaqpa.http.completions;

import java.util.List;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/completions}: every value in its range, absent ones null or OpenAI's
 * default.
 *
 * @param model which model answers
 * @param prompts what is continued, at least one
 * @param choices answers to each prompt, 1 to {@value Generation#MOST_CHOICES}; with all prompts
 *     together at most {@value Generation#MOST_ANSWERS}
 * @param maxTokens most tokens of each answer, at least 1
 * @param sampling how tokens are chosen, and whether their probabilities are told
 * @param stop strings that end an answer
 * @param priority lower is earlier
 * @param stream how the answer travels
 * @param user the client's name for its user; not kept
 */
record CompletionRequest(
    String model,
    List<Prompt> prompts,
    int choices,
    int maxTokens,
    SamplingOptions sampling,
    List<String> stop,
    int priority,
    StreamOptions stream,
    @Nullable String user) {

  /** Checks every range; messages name the field as clients write it. */
  CompletionRequest {
    prompts = List.copyOf(prompts);
    stop = List.copyOf(stop);
    if (maxTokens < 1) {
      throw Refusal.BadRequest.value("max_tokens", Integer.toString(maxTokens), ">= 1");
    }
    if (prompts.size() * choices > Generation.MOST_ANSWERS) {
      throw Refusal.BadRequest.value(
          "n",
          choices + " for each of " + prompts.size() + " prompts",
          "at most " + Generation.MOST_ANSWERS + " answers in one request");
    }
  }

  /** The same for the pipeline. */
  Generation generation() {
    return new Generation(
        model, prompts, choices, maxTokens, "max_tokens", sampling, stop, priority);
  }
}
