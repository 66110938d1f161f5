package kz.qaqpa.trace;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import kz.qaqpa.config.Expect;

/**
 * Section {@code tracing}: where spans of requests are sent.
 *
 * @param endpoint of a collector that speaks OTLP over HTTP, such as {@code
 *     http://127.0.0.1:4318/v1/traces}; empty: no spans are made
 * @param sample part of the requests that get a span, 0 to 1; one whose caller has decided already
 *     follows its caller
 * @param timeout of one delivery, 100 ms to 1 min
 * @param queue spans that may wait for delivery, 1 to 1,000,000; more are dropped and counted
 */
public record TracingSettings(String endpoint, double sample, Duration timeout, int queue) {

  /** Checks ranges. */
  public TracingSettings {
    if (!endpoint.isEmpty() && !isHttp(endpoint)) {
      throw new IllegalArgumentException(
          "endpoint: "
              + endpoint
              + " (expected: an address such as http://127.0.0.1:4318/v1/traces, or nothing)");
    }
    if (!(sample >= 0 && sample <= 1)) {
      throw new IllegalArgumentException("sample: " + sample + " (expected: 0 to 1)");
    }
    Expect.range("timeout", timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Expect.range("queue", queue, 1, 1_000_000);
  }

  private static boolean isHttp(String address) {
    try {
      URI uri = new URI(address);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
