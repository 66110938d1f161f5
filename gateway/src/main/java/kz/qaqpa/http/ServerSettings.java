package kz.qaqpa.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.config.Expect;

/**
 * Section {@code server}: where it listens and what it does with answers.
 *
 * @param host name or address to bind to; the development key exists only while it is a loopback
 *     address
 * @param port 0 to 65535; 0 picks a free one
 * @param hostNames names under which browsers may reach the page, beside its own address
 * @param engine name of an engine, or {@code auto} for the preferred one that works here
 * @param deadline after which an answer is ended wherever it is, 1 s to 1 d
 * @param drainTimeout what running answers get to finish when the server stops, 1 s to 1 h
 * @param metrics whether {@code /metrics} is served here too, without agencies
 */
public record ServerSettings(
    String host,
    int port,
    List<String> hostNames,
    String engine,
    Duration deadline,
    Duration drainTimeout,
    Metrics metrics) {
  private static final Pattern ENGINE = Pattern.compile("[a-z0-9-]{1,32}");

  /** When {@code /metrics} is served to whoever asks. */
  public enum Metrics {
    /** While {@code host} is a loopback address. */
    LOOPBACK,
    /** To everybody who reaches the port. */
    ALWAYS,
    /** Not here; the admin port has them. */
    NEVER
  }

  /** Checks ranges. */
  public ServerSettings {
    hostNames = List.copyOf(hostNames);
    if (host.isBlank()) {
      throw new IllegalArgumentException("server.host: \"\" (expected: a name or an address)");
    }
    Expect.range("server.port", port, 0, 65_535);
    if (!ENGINE.matcher(engine).matches()) {
      throw new IllegalArgumentException(
          "server.engine: " + engine + " (expected: auto, or the name of an engine)");
    }
    Expect.range("server.deadline", deadline, Duration.ofSeconds(1), Duration.ofDays(1));
    Expect.range("server.drainTimeout", drainTimeout, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  /** Whether {@code /metrics} is served here. */
  boolean showsMetrics() {
    return switch (metrics) {
      case LOOPBACK -> isLoopback(host);
      case ALWAYS -> true;
      case NEVER -> false;
    };
  }

  /** Whether a host is this machine alone. Looks names up. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
