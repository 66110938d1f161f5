package kz.qaqpa.cli.client;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The few JSON shapes of the chat completions API that a client needs. */
public final class ChatJson {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private ChatJson() {}

  /**
   * One message of a conversation.
   *
   * @param role {@code user}, {@code assistant} or {@code system}
   */
  public record Turn(String role, String content) {}

  /**
   * One event of an answer.
   *
   * @param content what it adds to the text, often empty
   * @param completionTokens from the usage chunk; -1 elsewhere
   */
  public record Chunk(String content, int completionTokens) {}

  /** A streaming request, with usage at its end. */
  public static String request(String model, List<Turn> turns) {
    return body(model, turns).toString();
  }

  /** As {@link #request}, always with the same answer: the best token, up to a number of them. */
  public static String greedyRequest(String model, List<Turn> turns, int maxTokens) {
    return body(model, turns).put("max_tokens", maxTokens).put("temperature", 0).toString();
  }

  private static ObjectNode body(String model, List<Turn> turns) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("model", model);
    body.put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    ArrayNode messages = body.putArray("messages");
    turns.forEach(
        turn -> messages.addObject().put("role", turn.role()).put("content", turn.content()));
    return body;
  }

  /**
   * Reads one event.
   *
   * @throws ServerError if it carries an error, or is not JSON
   */
  public static Chunk chunk(String data) {
    JsonNode node = parse(data);
    if (node.has("error")) {
      throw new ServerError(errorMessage(data, "error in the stream"));
    }
    return new Chunk(
        node.path("choices").path(0).path("delta").path("content").asString(""),
        node.path("usage").path("completion_tokens").asInt(-1));
  }

  /** The first model of a model list. */
  public static String firstModel(String body) {
    String id = parse(body).path("data").path(0).path("id").asString("");
    if (id.isEmpty()) {
      throw new ServerError("the server lists no model");
    }
    return id;
  }

  /** The message of an error in OpenAI's shape, or what holds for a body that is none. */
  public static String errorMessage(String body, String otherwise) {
    try {
      String message = MAPPER.readTree(body).path("error").path("message").asString("");
      return message.isBlank() ? otherwise : message.strip().replaceAll("\\s+", " ");
    } catch (JacksonException e) {
      return otherwise;
    }
  }

  private static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new ServerError("the server sent no JSON");
    }
  }
}
