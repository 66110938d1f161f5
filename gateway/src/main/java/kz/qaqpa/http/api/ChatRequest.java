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
 * @param temperature 0 to 2
 * @param topP more than 0, at most 1
 * @param topK 0 or -1 (off) or more
 * @param minP 0 to 1
 * @param repetitionPenalty more than 0, at most 10
 * @param frequencyPenalty -2 to 2
 * @param presencePenalty -2 to 2
 * @param seed any long
 * @param stop up to {@value #MOST_STOPS} strings of 1 to {@value #LONGEST_STOP} characters
 * @param stream whether the answer comes as server-sent events
 * @param includeUsage whether a stream ends with a usage chunk
 * @param user the client's name for its user; not kept
 * @param metadata up to {@value #MOST_METADATA} pairs; not kept
 */
public record ChatRequest(
    String model,
    List<ChatMessage> messages,
    @Nullable Integer maxTokens,
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Integer topK,
    @Nullable Double minP,
    @Nullable Double repetitionPenalty,
    @Nullable Double frequencyPenalty,
    @Nullable Double presencePenalty,
    @Nullable Long seed,
    List<String> stop,
    boolean stream,
    boolean includeUsage,
    @Nullable String user,
    Map<String, String> metadata) {

  static final int MOST_MESSAGES = 2048;
  static final int MOST_STOPS = 16;
  static final int LONGEST_STOP = 256;
  static final int MOST_METADATA = 16;

  /** Checks every range; messages name the field as clients write it. */
  public ChatRequest {
    messages = List.copyOf(messages);
    stop = List.copyOf(stop);
    metadata = Map.copyOf(metadata);
    size("messages", messages.size(), 1, MOST_MESSAGES);
    for (int i = 0; i < messages.size(); i++) {
      ChatMessage.requireWellFormed("messages[" + i + "].content", messages.get(i).content());
    }
    atLeast("max_completion_tokens", maxTokens, 1);
    range("temperature", temperature, 0, 2);
    aboveZero("top_p", topP, 1);
    atLeast("top_k", topK, -1);
    range("min_p", minP, 0, 1);
    aboveZero("repetition_penalty", repetitionPenalty, 10);
    range("frequency_penalty", frequencyPenalty, -2, 2);
    range("presence_penalty", presencePenalty, -2, 2);
    size("stop", stop.size(), 0, MOST_STOPS);
    for (int i = 0; i < stop.size(); i++) {
      String field = "stop[" + i + "]";
      int length = stop.get(i).length();
      if (length < 1 || length > LONGEST_STOP) {
        throw Refusal.BadRequest.value(
            field, length + " characters", "1 to " + LONGEST_STOP + " characters");
      }
      ChatMessage.requireWellFormed(field, stop.get(i));
    }
    size("metadata", metadata.size(), 0, MOST_METADATA);
  }

  private static void range(String field, @Nullable Double value, double low, double high) {
    if (value != null && !(value >= low && value <= high)) {
      throw Refusal.BadRequest.value(
          field, Shown.number(value), Shown.number(low) + " to " + Shown.number(high));
    }
  }

  private static void aboveZero(String field, @Nullable Double value, double high) {
    if (value != null && !(value > 0 && value <= high)) {
      throw Refusal.BadRequest.value(
          field, Shown.number(value), "more than 0, at most " + Shown.number(high));
    }
  }

  private static void atLeast(String field, @Nullable Integer value, int low) {
    if (value != null && value < low) {
      throw Refusal.BadRequest.value(field, value.toString(), ">= " + low);
    }
  }

  private static void size(String field, int size, int low, int high) {
    if (size < low || size > high) {
      throw Refusal.BadRequest.value(field, size + " entries", low + " to " + high + " entries");
    }
  }
}
