package kz.qaqpa.load.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Requests as JSON. Answers are as long as is asked for ({@code ignore_eos}), so that runs of
 * different models have the same work.
 *
 * @param model that is asked
 */
public record Bodies(String model) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** For {@code POST /v1/chat/completions}, streamed, with its usage at the end. */
  public String stream(String text, int maxTokens) {
    ObjectNode body = chat(text, maxTokens).put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    return write(body);
  }

  /** For the same, in one piece. */
  public String whole(String text, int maxTokens) {
    return write(chat(text, maxTokens));
  }

  private ObjectNode chat(String text, int maxTokens) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("model", model)
            .put("max_tokens", maxTokens)
            .put("ignore_eos", true);
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    return body;
  }

  /**
   * For the WebSocket.
   *
   * @param previous id of the answer before; empty for a new conversation
   */
  public String turn(String text, int maxTokens, String previous) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("type", "response.create")
            .put("model", model)
            .put("input", text)
            .put("max_output_tokens", maxTokens)
            .put("truncation", "auto");
    if (!previous.isEmpty()) {
      body.put("previous_response_id", previous);
    }
    return write(body);
  }

  private static String write(ObjectNode body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }
}
