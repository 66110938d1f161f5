package kz.qaqpa.admin;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.config.Expect;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;

/**
 * Section {@code admin}: the port for operators. Limits that are not here are those of section
 * {@code http}.
 *
 * @param host name or address to bind to; without TLS a loopback address
 * @param port 0 to 65535; 0 picks a free one, -1 is the one after the server's
 * @param hostNames names under which browsers may reach it, beside its own address
 * @param tls HTTPS instead of HTTP
 * @param sessionIdle how long a session lasts without a request, 1 s to 1 d
 * @param sessionLifetime how long a session lasts at most, 1 s to 7 d
 * @param sessionsPerKey sessions of one key at once, 1 to 1,000; one more ends the oldest
 * @param loginsPerMinute tries to log in from one address, 1 to 1,000
 */
public record AdminSettings(
    String host,
    int port,
    List<String> hostNames,
    TlsSettings tls,
    Duration sessionIdle,
    Duration sessionLifetime,
    int sessionsPerKey,
    int loginsPerMinute) {
  /** The port after the server's. */
  private static final int NEXT = -1;

  private static final Duration SHORTEST = Duration.ofSeconds(1);

  /** Checks ranges, and that nobody listens in. */
  public AdminSettings {
    hostNames = List.copyOf(hostNames);
    if (host.isBlank()) {
      throw new IllegalArgumentException("admin.host: \"\" (expected: a name or an address)");
    }
    if (!tls.isOn() && !ServerSettings.isLoopback(host)) {
      throw new IllegalArgumentException(
          "admin.host: "
              + host
              + " (expected: a loopback address such as 127.0.0.1, as there is no"
              + " admin.tls.certificate)");
    }
    Expect.range("admin.port", port, NEXT, 65_535);
    Expect.range("admin.sessionIdle", sessionIdle, SHORTEST, Duration.ofDays(1));
    Expect.range("admin.sessionLifetime", sessionLifetime, SHORTEST, Duration.ofDays(7));
    Expect.range("admin.sessionsPerKey", sessionsPerKey, 1, 1000);
    Expect.range("admin.loginsPerMinute", loginsPerMinute, 1, 1000);
  }

  /**
   * The port to bind to.
   *
   * @param serverPort the server's as it is set, 0 for a free one
   * @throws IllegalArgumentException if there is none after the server's, or both are one
   */
  public int portBeside(int serverPort) {
    if (port != NEXT) {
      if (port == serverPort && port != 0) {
        throw new IllegalArgumentException(
            "admin.port: " + port + " (expected: another than server.port)");
      }
      return port;
    }
    if (serverPort == 65_535) {
      throw new IllegalArgumentException(
          "admin.port: -1 (expected: a port, as none comes after server.port, 65535)");
    }
    return serverPort == 0 ? 0 : serverPort + 1;
  }
}
