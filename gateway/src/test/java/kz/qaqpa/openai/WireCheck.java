package kz.qaqpa.openai;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.tap.WireExchange;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Holds what went over the wire against OpenAI's schema: every JSON answer, every chunk and event
 * of a stream, every WebSocket message, every error. Any thread.
 */
public final class WireCheck {
  private static final String ERROR = "ErrorResponse";
  private static final String DATA = "data: ";
  private static final String DONE = "[DONE]";
  private static final int MOST_SHOWN = 20;

  /** An endpoint of OpenAI's API and what its answers are; a null is what it never sends. */
  private record Endpoint(
      String method, Pattern path, @Nullable String whole, @Nullable String chunk) {

    static Endpoint of(String method, String path, @Nullable String whole, @Nullable String chunk) {
      return new Endpoint(method, Pattern.compile(path), whole, chunk);
    }
  }

  /** Stands for the schema that an event's {@code type} tells. */
  private static final String BY_TYPE = "";

  private static final List<Endpoint> ENDPOINTS =
      List.of(
          Endpoint.of(
              "POST",
              "/v1/chat/completions",
              "CreateChatCompletionResponse",
              "CreateChatCompletionStreamResponse"),
          Endpoint.of(
              "POST", "/v1/completions", "CreateCompletionResponse", Corrections.COMPLETION_CHUNK),
          Endpoint.of("GET", "/v1/models", "ListModelsResponse", null),
          Endpoint.of("GET", "/v1/models/[^/]+", "Model", null),
          Endpoint.of("POST", "/v1/responses", "Response", BY_TYPE),
          Endpoint.of("GET", "/v1/responses", null, BY_TYPE),
          Endpoint.of("GET", "/v1/responses/[^/]+", "Response", BY_TYPE),
          Endpoint.of("POST", "/v1/responses/[^/]+/cancel", "Response", null),
          Endpoint.of("GET", "/v1/responses/[^/]+/input_items", "ResponseItemList", null));

  private final OpenAiSchema schema;
  private final List<String> problems = new ArrayList<>();

  private WireCheck(OpenAiSchema schema) {
    this.schema = schema;
  }

  /** Fails if anything does not fit; does nothing where no schema was given. */
  public static void check(List<WireExchange> exchanges) {
    OpenAiSchema schema = OpenAiSchema.given();
    if (schema == null) {
      return;
    }
    List<String> problems = problems(schema, exchanges);
    if (!problems.isEmpty()) {
      throw new AssertionError(
          problems.size()
              + " problems against OpenAI's schema:\n"
              + String.join("\n", problems.subList(0, Math.min(problems.size(), MOST_SHOWN))));
    }
  }

  static List<String> problems(OpenAiSchema schema, List<WireExchange> exchanges) {
    WireCheck check = new WireCheck(schema);
    exchanges.forEach(check::exchange);
    return check.problems;
  }

  private void exchange(WireExchange exchange) {
    String type = exchange.mediaType();
    if (exchange.status() >= 400) {
      if (exchange.path().startsWith("/v1/") && exchange.complete()) {
        whole(exchange, ERROR);
      }
      return;
    }
    for (Endpoint endpoint : ENDPOINTS) {
      if (endpoint.method().equals(exchange.method())
          && endpoint.path().matcher(exchange.path()).matches()) {
        if (type.equals("text/event-stream")) {
          stream(exchange, endpoint.chunk());
        } else if (exchange.status() == 101) {
          exchange.frames().forEach(frame -> frame(exchange, frame));
        } else if (exchange.complete()) {
          whole(exchange, endpoint.whole());
        }
      }
    }
  }

  private void whole(WireExchange exchange, @Nullable String name) {
    if (name == null) {
      problem(exchange, "unforeseen: ", exchange.mediaType());
    } else if (!exchange.mediaType().equals("application/json")) {
      problem(exchange, "content-type: ", exchange.mediaType());
    } else {
      value(exchange, name, exchange.body());
    }
  }

  private void stream(WireExchange exchange, @Nullable String name) {
    if (name == null) {
      problem(exchange, "a stream", "");
      return;
    }
    String last = "";
    int whole = exchange.body().lastIndexOf('\n') + 1; // A client may leave in mid-line.
    for (String line : exchange.body().substring(0, whole).lines().toList()) {
      if (line.startsWith(DATA)) {
        last = line.substring(DATA.length());
        if (!last.equals(DONE)) {
          event(exchange, name, last);
        }
      }
    }
    boolean ended = name.equals(BY_TYPE) || last.equals(DONE) || last.startsWith("{\"error\"");
    if (exchange.complete() && !ended) {
      problem(exchange, "ends without [DONE]: ", last);
    }
  }

  private void event(WireExchange exchange, String name, String json) {
    JsonNode event = JsonMapper.shared().readTree(json);
    if (!name.equals(BY_TYPE)) {
      value(exchange, event.has("error") ? ERROR : name, json);
      return;
    }
    String type = event.path("type").asString("");
    String found = schema.eventSchema(type);
    if (found == null) {
      problem(exchange, "no such event: ", json);
    } else {
      value(exchange, found, json);
    }
  }

  private void frame(WireExchange exchange, String json) {
    JsonNode frame = JsonMapper.shared().readTree(json);
    if (frame.has("stream_id") && !frame.path("stream_id").isString()) {
      problem(exchange, "stream_id is no string: ", json);
    }
    if (frame.path("type").asString("").equals("error")) {
      value(exchange, "ResponseWsError", json);
    } else {
      event(exchange, BY_TYPE, json);
    }
  }

  private void value(WireExchange exchange, String name, String json) {
    for (String problem : schema.problems(name, JsonMapper.shared().readTree(json))) {
      problem(exchange, name + ": " + problem + "\n    in ", json);
    }
  }

  private void problem(WireExchange exchange, String problem, String text) {
    problems.add(
        exchange.method()
            + " "
            + exchange.target()
            + " "
            + exchange.status()
            + ": "
            + problem
            + text);
  }
}
