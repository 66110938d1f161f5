package kz.qaqpa.load.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Map;

/** What is asked of the gateway beside the load: its model, its keys, its books. Blocks. */
public final class TargetApi implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final URI base;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  TargetApi(String url) {
    this.base = URI.create(url);
  }

  /** The name of the model that is served. */
  public String model(String key) {
    return get("/v1/models", key).at("/data/0/id").asText();
  }

  /** The keys that verify labels. */
  public JsonNode jwks() {
    return get("/.well-known/jwks.json", "");
  }

  /** Tokens of a text, and the longest sequence, by the gateway's own count. */
  public JsonNode tokenize(String key, String model, String text) {
    return json(post("/tokenize", key, write(Map.of("model", model, "prompt", text))));
  }

  /** Tokens that the key's application used on a day of Almaty's calendar, by the ledger. */
  public long tokensUsed(String key, LocalDate day) {
    String query = "/v1/usage?bucket=day&from=" + day + "&to=" + day.plusDays(1);
    JsonNode total = get(query, key).path("total");
    return total.path("prompt_tokens").asLong() + total.path("output_tokens").asLong();
  }

  /** Any request with a body; the caller looks at its status. */
  public HttpResponse<String> post(String path, String key, String body) {
    return send(request(path, key).POST(BodyPublishers.ofString(body)).build());
  }

  private JsonNode get(String path, String key) {
    return json(send(request(path, key).GET().build()));
  }

  private HttpRequest.Builder request(String path, String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json");
    return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(request.uri() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          response.uri().getPath() + ": " + response.statusCode() + " " + response.body());
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String write(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
