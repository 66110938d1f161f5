package kz.qaqpa.http.chat;

import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/chat/completions}: every value in its range, absent ones null. What
 * needs the model (its name, its context length, its defaults) is checked later.
 *
 * @param model which model answers
 * @param messages the conversation, 1 to {@value MessagesReader#MOST}
 * @param choices how many answers, 1 to {@value Generation#MOST_CHOICES}
 * @param maxTokens most tokens of each answer, at least 1
 * @param sampling how tokens are chosen, and whether their probabilities are told
 * @param stop strings that end an answer
 * @param priority lower is earlier
 * @param stream how the answer travels
 * @param user the client's name for its user; not kept
 * @param metadata not kept
 */
record ChatRequest(
    String model,
    List<ChatMessage> messages,
    int choices,
    @Nullable Integer maxTokens,
    SamplingOptions sampling,
    List<String> stop,
    int priority,
    StreamOptions stream,
    @Nullable String user,
    Map<String, String> metadata) {

  /** Checks what its readers have not; messages name the field as clients write it. */
  ChatRequest {
    messages = List.copyOf(messages);
    stop = List.copyOf(stop);
    metadata = Map.copyOf(metadata);
    if (maxTokens != null && maxTokens < 1) {
      throw Refusal.BadRequest.value("max_completion_tokens", maxTokens.toString(), ">= 1");
    }
  }

  /** The same for the pipeline. */
  Generation generation() {
    return new Generation(
        model,
        List.of(new Prompt.Conversation(messages, false, "messages")),
        choices,
        maxTokens,
        "max_completion_tokens",
        sampling,
        stop,
        priority);
  }
}
