package kz.qaqpa.http;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.config.Expect;

/**
 * Section {@code server}: where it listens and what it does with answers.
 *
 * @param host name or address to bind to; the development key and {@code /metrics} exist only while
 *     it is a loopback address
 * @param port 0 to 65535; 0 picks a free one
 * @param hostNames names under which browsers may reach the page, beside its own address
 * @param engine name of an engine, or {@code auto} for the preferred one that works here
 * @param deadline after which an answer is ended wherever it is, 1 s to 1 d
 * @param drainTimeout what running answers get to finish when the server stops, 1 s to 1 h
 */
public record ServerSettings(
    String host,
    int port,
    List<String> hostNames,
    String engine,
    Duration deadline,
    Duration drainTimeout) {
  private static final Pattern ENGINE = Pattern.compile("[a-z0-9-]{1,32}");

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
}
