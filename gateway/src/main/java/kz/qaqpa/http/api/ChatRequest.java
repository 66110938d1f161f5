package kz.qaqpa.http.api;

import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/chat/completions}: every value in its range, absent ones null. What
 * needs the model (its name, its context length, its defaults) is checked later.
 *
 * @param model which model answers
 * @param messages the conversation, 1 to {@value #MOST_MESSAGES}
 * @param maxTokens most tokens of the answer, at least 1
 * @param sampling how tokens are chosen
 * @param stop strings that end the answer
 * @param stream whether the answer comes as server-sent events
 * @param includeUsage whether a stream ends with a usage chunk
 * @param user the client's name for its user; not kept
 * @param metadata not kept
 */
public record ChatRequest(
    String model,
    List<ChatMessage> messages,
    @Nullable Integer maxTokens,
    SamplingOptions sampling,
    List<String> stop,
    boolean stream,
    boolean includeUsage,
    @Nullable String user,
    Map<String, String> metadata) {

  static final int MOST_MESSAGES = 2048;

  /** Checks every range; messages name the field as clients write it. */
  public ChatRequest {
    messages = List.copyOf(messages);
    stop = List.copyOf(stop);
    metadata = Map.copyOf(metadata);
    if (messages.isEmpty() || messages.size() > MOST_MESSAGES) {
      throw Refusal.BadRequest.value(
          "messages", messages.size() + " entries", "1 to " + MOST_MESSAGES + " entries");
    }
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage.requireWellFormed("messages[" + i + "].content", messages.get(i).content());
    }
    if (maxTokens != null && maxTokens < 1) {
      throw Refusal.BadRequest.value("max_completion_tokens", maxTokens.toString(), ">= 1");
    }
  }
}
