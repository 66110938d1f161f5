package kz.qaqpa.flow;

import java.util.List;
import kz.qaqpa.http.api.SamplingOptions;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model, whichever interface asked: every value in its range, absent ones null.
 * What needs the model (its name, its context length, its defaults) is checked by the pipeline.
 *
 * @param model which model answers
 * @param prompts what it continues, at least one; each gets {@code choices} answers
 * @param choices answers to each prompt, 1 to {@value #MOST_CHOICES}; the prompt is computed once
 * @param maxTokens most tokens of each answer, at least 1
 * @param maxTokensField what clients call that limit
 * @param sampling how tokens are chosen
 * @param stop strings that end an answer and are not part of it
 * @param priority lower is earlier among requests of the same agency
 */
public record Generation(
    String model,
    List<Prompt> prompts,
    int choices,
    @Nullable Integer maxTokens,
    String maxTokensField,
    SamplingOptions sampling,
    List<String> stop,
    int priority) {
  /** Most answers to one prompt. */
  public static final int MOST_CHOICES = 8;

  /** Most answers of one request, over all its prompts. */
  public static final int MOST_ANSWERS = 32;

  /** Copies of the lists are kept. */
  public Generation {
    prompts = List.copyOf(prompts);
    stop = List.copyOf(stop);
  }

  /** Whether the answer repeats what it continues: nothing else belongs between the two. */
  public boolean continuesVisibly() {
    return prompts.stream().anyMatch(Prompt::echo);
  }

  /** What OpenTelemetry calls it. */
  public String operation() {
    return prompts.getFirst() instanceof Prompt.Conversation ? "chat" : "text_completion";
  }

  /** Answers in all: those to the first prompt come first. */
  public int answers() {
    return prompts.size() * choices;
  }
}
