package kz.qaqpa.http.api.responses;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.api.StreamOptions;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/responses}, or a {@code response.create} event: every value in its
 * range, absent ones null. What needs the model or earlier responses is checked later.
 *
 * @param model which model answers
 * @param instructions a system message for this response alone: the next one does not inherit it
 * @param input what is new in the conversation, 1 to {@value #MOST_ITEMS} messages
 * @param previousResponseId the response whose conversation is continued
 * @param store whether the response can be looked up, and continued, later
 * @param maxOutputTokens most tokens of the answer, at least 1
 * @param sampling how tokens are chosen, and whether their probabilities are told
 * @param stop strings that end the answer
 * @param priority lower is earlier among requests of the same agency
 * @param dropOldest whether the oldest turns are left out where the conversation does not fit
 * @param stream how the answer travels
 * @param echo what the answer repeats
 */
public record ResponsesRequest(
    String model,
    @Nullable String instructions,
    List<ChatMessage> input,
    @Nullable String previousResponseId,
    boolean store,
    @Nullable Integer maxOutputTokens,
    SamplingOptions sampling,
    List<String> stop,
    int priority,
    boolean dropOldest,
    StreamOptions stream,
    Echo echo) {
  static final int MOST_ITEMS = 2048;

  /** Checks every range; messages name the field as clients write it. */
  public ResponsesRequest {
    input = List.copyOf(input);
    stop = List.copyOf(stop);
    if (input.isEmpty() || input.size() > MOST_ITEMS) {
      throw Refusal.BadRequest.value(
          "input", input.size() + " items", "a string, or 1 to " + MOST_ITEMS + " items");
    }
    if (maxOutputTokens != null && maxOutputTokens < 1) {
      throw Refusal.BadRequest.value("max_output_tokens", maxOutputTokens.toString(), ">= 1");
    }
    if (instructions != null) {
      ChatMessage.requireWellFormed("instructions", instructions);
    }
    if (previousResponseId != null) {
      ChatMessage.requireWellFormed("previous_response_id", previousResponseId);
    }
  }

  /**
   * What changes nothing in the answer, and is repeated beside it: well-formed text, because it is
   * written again.
   *
   * @param toolChoice {@code auto} or {@code none}; there are no tools
   * @param parallelToolCalls means nothing without tools
   * @param metadata pairs of the client's own
   * @param user the client's name for its user, at most {@value #LONGEST_NAME} characters
   * @param safetyIdentifier the same, at most {@value #LONGEST_IDENTIFIER} characters
   * @param promptCacheKey at most {@value #LONGEST_NAME} characters; the prefix cache needs none
   */
  public record Echo(
      String toolChoice,
      boolean parallelToolCalls,
      Map<String, String> metadata,
      @Nullable String user,
      @Nullable String safetyIdentifier,
      @Nullable String promptCacheKey) {
    private static final int LONGEST_NAME = 512;
    private static final int LONGEST_IDENTIFIER = 64;

    /** Checks lengths and form; no message repeats a value. */
    public Echo {
      metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
      metadata.forEach((key, value) -> {
        ChatMessage.requireWellFormed("metadata", key);
        ChatMessage.requireWellFormed("metadata", value);
      });
      check("user", user, LONGEST_NAME);
      check("safety_identifier", safetyIdentifier, LONGEST_IDENTIFIER);
      check("prompt_cache_key", promptCacheKey, LONGEST_NAME);
    }

    private static void check(String field, @Nullable String value, int longest) {
      if (value == null) {
        return;
      }
      if (value.length() > longest) {
        throw Refusal.BadRequest.value(
            field, value.length() + " characters", "at most " + longest + " characters");
      }
      ChatMessage.requireWellFormed(field, value);
    }
  }
}
