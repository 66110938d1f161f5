package kz.qaqpa.cli.bench.peers;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * As much of {@code llama-server} as the benchmark asks for: its options, its loading, its events.
 * It says one word again and again.
 */
public final class FakeLlamaServer {
  private static final int PROMPT_TOKENS = 7;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final AtomicInteger LOOKS = new AtomicInteger();

  private FakeLlamaServer() {}

  /** Complains on standard error and ends if it is started otherwise than the real one can be. */
  public static void main(String[] args) throws IOException {
    List<String> given = List.of(args);
    Path model = Path.of(option(given, "-m"));
    try (var in = Files.newInputStream(model)) {
      if (!new String(in.readNBytes(4), StandardCharsets.US_ASCII).equals("GGUF")) {
        throw new IOException(model + ": no GGUF");
      }
    }
    int slots = Integer.parseInt(option(given, "-np"));
    if (Integer.parseInt(option(given, "-c")) % slots != 0
        || Integer.parseInt(option(given, "-t")) < 1
        || !given.contains("--jinja")) {
      throw new IOException("options: " + given);
    }
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(
                option(given, "--host"), Integer.parseInt(option(given, "--port"))),
            0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/health", FakeLlamaServer::health);
    server.createContext("/v1/chat/completions", FakeLlamaServer::answer);
    server.start();
    System.err.println("options: " + given);
  }

  private static String option(List<String> args, String name) {
    return args.get(args.indexOf(name) + 1);
  }

  /** The real one listens while it loads. */
  private static void health(HttpExchange exchange) throws IOException {
    boolean isLoading = LOOKS.getAndIncrement() == 0;
    String body = isLoading ? "{\"error\":{\"message\":\"Loading model\"}}" : "{\"status\":\"ok\"}";
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(isLoading ? 503 : 200, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
    int tokens = body.path("max_tokens").asInt();
    boolean isAsExpected =
        body.path("ignore_eos").asBoolean()
            && body.path("cache_prompt").asBoolean()
            && body.path("stream").asBoolean()
            && body.path("temperature").asInt(-1) == 0;
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(isAsExpected ? 200 : 400, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      event(out, "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":null}}]}");
      for (int i = 0; i < tokens; i++) {
        event(out, "{\"choices\":[{\"delta\":{\"content\":\"иә \"}}]}");
      }
      event(
          out,
          "{\"choices\":[],\"usage\":{\"completion_tokens\":%d,\"prompt_tokens\":%d}}"
              .formatted(tokens, PROMPT_TOKENS));
      event(out, "[DONE]");
    }
  }

  private static void event(OutputStream out, String data) throws IOException {
    out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
