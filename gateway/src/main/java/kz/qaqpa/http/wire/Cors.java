package kz.qaqpa.http.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import kz.qaqpa.label.AiDisclosure;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Answers to browsers that ask for a page of another server (Fetch standard, "CORS protocol").
 * Origins are compared as a whole. Immutable.
 */
public final class Cors implements Entrance {
  private static final String ANY = "*";
  private static final Pattern HEADER_NAMES =
      Pattern.compile("[A-Za-z0-9-]{1,64}(, ?[A-Za-z0-9-]{1,64}){0,31}");

  /** What scripts may read beside the headers that they always may. */
  private static final String EXPOSED =
      String.join(
          ", ",
          "x-request-id",
          "openai-processing-ms",
          AiDisclosure.HEADER,
          "retry-after",
          "x-should-retry",
          "x-ratelimit-limit-requests",
          "x-ratelimit-limit-tokens",
          "x-ratelimit-limit-characters",
          "x-ratelimit-remaining-requests",
          "x-ratelimit-remaining-tokens",
          "x-ratelimit-remaining-characters",
          "x-ratelimit-reset-requests",
          "x-ratelimit-reset-tokens",
          "x-ratelimit-reset-characters");

  private final Set<String> origins;
  private final boolean credentials;
  private final String maxAgeSeconds;

  /**
   * Allows these origins; none: CORS is off.
   *
   * @param origins exact ones, or {@code *} alone
   * @param credentials whether client certificates may be sent along
   * @param maxAge how long a browser may remember an answer
   */
  public Cors(List<String> origins, boolean credentials, Duration maxAge) {
    this.origins = Set.copyOf(origins);
    this.credentials = credentials;
    this.maxAgeSeconds = Long.toString(maxAge.toSeconds());
  }

  @Override
  public void receive(Exchange exchange) {
    if (origins.isEmpty()) {
      return;
    }
    HttpHeaders headers = exchange.response().responseHeaders();
    if (!origins.contains(ANY)) {
      headers.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
    String allowed = allowed(exchange);
    if (allowed != null) {
      headers
          .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowed)
          .set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
      if (credentials) {
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
      }
    }
  }

  @Override
  public @Nullable Mono<Void> preflight(Exchange exchange, List<String> methods) {
    if (!isPreflight(exchange)) {
      return null;
    }
    HttpHeaders headers = exchange.head(204);
    headers
        .set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_METHODS, String.join(", ", methods))
        .set(HttpHeaderNames.ACCESS_CONTROL_MAX_AGE, maxAgeSeconds)
        .add(HttpHeaderNames.VARY, HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
    String wanted = exchange.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
    if (wanted != null && HEADER_NAMES.matcher(wanted).matches()) {
      headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, wanted);
    }
    return exchange.response().send().then();
  }

  /** Whether a browser asks, before a request, whether it may send it. */
  private boolean isPreflight(Exchange exchange) {
    return exchange.method().equals("OPTIONS")
        && exchange.header(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD) != null
        && allowed(exchange) != null;
  }

  private @Nullable String allowed(Exchange exchange) {
    String origin = exchange.header(HttpHeaderNames.ORIGIN);
    if (origin == null) {
      return null;
    }
    return origins.contains(ANY) ? ANY : origins.contains(origin) ? origin : null;
  }
}
