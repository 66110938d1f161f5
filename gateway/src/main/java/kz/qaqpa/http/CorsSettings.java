package kz.qaqpa.http;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.config.Expect;

/**
 * Section {@code cors}: which pages of other servers may use the API from a browser.
 *
 * @param allowedOrigins exact origins such as {@code https://app.example.kz}; empty: none, and no
 *     header of CORS is sent; {@code *} alone: every page
 * @param allowCredentials whether browsers may send client certificates along; keys travel in a
 *     header of their own and do not need it
 * @param maxAge how long a browser may remember what it was told, 0 s to 1 d
 */
public record CorsSettings(List<String> allowedOrigins, boolean allowCredentials, Duration maxAge) {
  /** Checks origins and ranges. */
  public CorsSettings {
    allowedOrigins = List.copyOf(allowedOrigins);
    for (String origin : allowedOrigins) {
      if (origin.equals("*") && allowedOrigins.size() > 1) {
        throw new IllegalArgumentException(
            "allowedOrigins: * beside others (expected: * alone, or exact origins)");
      }
      if (origin.equals("*") && allowCredentials) {
        throw new IllegalArgumentException(
            "allowedOrigins: * (expected: exact origins, as allowCredentials is true)");
      }
      if (!origin.equals("*")) {
        Expect.origin("allowedOrigins", origin);
      }
    }
    Expect.range("maxAge", maxAge, Duration.ZERO, Duration.ofDays(1));
  }
}
