package kz.qaqpa.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks one server, with one key. Any thread. */
public final class ApiClient implements AutoCloseable {
  private static final int MAX_ERROR_BYTES = 1 << 16;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final URI base;
  private final @Nullable String key;

  /**
   * A client; no connection is made yet.
   *
   * @param base {@code http://HOST:PORT}, with or without a slash at its end
   * @param key sent as bearer token if not null
   * @throws IllegalArgumentException naming a URL or key that cannot be used
   */
  public ApiClient(String base, @Nullable String key) {
    this.base = base(base);
    if (key != null && !key.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new IllegalArgumentException("--key: not printable ASCII (expected: qpk_…)");
    }
    this.key = key;
  }

  /**
   * The URL of a server.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static URI base(String text) {
    try {
      URI base = URI.create(text.endsWith("/") ? text : text + "/");
      if (base.getHost() != null
          && List.of("http", "https").contains(String.valueOf(base.getScheme()))) {
        return base;
      }
    } catch (IllegalArgumentException e) {
      // Told below, with the same words as a URL of another kind.
    }
    throw new IllegalArgumentException("--url: " + text + " (expected: http://HOST:PORT)");
  }

  /** A request to build on, with the key. */
  public HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(base.resolve(path));
    return key == null ? builder : builder.header("Authorization", "Bearer " + key);
  }

  /**
   * Sends a request.
   *
   * @return an answer with status 200; its body is the caller's to close
   * @throws ServerError with what the server said otherwise
   */
  public HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
    if (response.statusCode() == 200) {
      return response;
    }
    try (InputStream in = response.body()) {
      String body = new String(in.readNBytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
      String message =
          response.statusCode() + " " + ChatJson.errorMessage(body, "without an explanation");
      throw new ServerError(
          response
              .headers()
              .firstValue("Retry-After")
              .map(after -> message + " (retry after " + after + " s)")
              .orElse(message));
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
