package kz.qaqpa.http;

import java.time.Duration;
import kz.qaqpa.config.Expect;

/**
 * Section {@code http}: limits of the edge.
 *
 * @param maxBodyBytes largest request body, 1 KiB to 1 GiB
 * @param maxHeaderBytes largest request line and header block, 1 KiB to 1 MiB
 * @param maxConnections connections at once, at least 1; more are closed as they come
 * @param maxConnectionsPerAddress the same for one client: an IPv4 address or an IPv6 network (/64)
 * @param maxStreams requests at once on one connection of HTTP/2, 1 to 10,000
 * @param headTimeout from the first byte of a request to the end of its headers
 * @param bodyTimeout from the end of the headers to the end of the body
 * @param sendTimeout how long a client may take nothing of its answer
 * @param idleTimeout how long a connection may be without a request
 * @param keepAlive a silent stream gets a comment line about this often
 * @param eventLoops threads that serve sockets; 0: a quarter of the processors, at least 1
 * @param tokenizeThreads threads that tokenise; 0: half of the processors, at least 1
 * @param tokenizeQueue requests that may wait for them, at least 1
 */
public record HttpSettings(
    int maxBodyBytes,
    int maxHeaderBytes,
    int maxConnections,
    int maxConnectionsPerAddress,
    int maxStreams,
    Duration headTimeout,
    Duration bodyTimeout,
    Duration sendTimeout,
    Duration idleTimeout,
    Duration keepAlive,
    int eventLoops,
    int tokenizeThreads,
    int tokenizeQueue) {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Checks ranges. */
  public HttpSettings {
    Expect.range("http.maxBodyBytes", maxBodyBytes, 1 << 10, 1 << 30);
    Expect.range("http.maxHeaderBytes", maxHeaderBytes, 1 << 10, 1 << 20);
    Expect.range("http.maxConnections", maxConnections, 1, 1_000_000);
    Expect.range("http.maxConnectionsPerAddress", maxConnectionsPerAddress, 1, 1_000_000);
    Expect.range("http.maxStreams", maxStreams, 1, 10_000);
    Expect.range("http.headTimeout", headTimeout, SHORTEST, LONGEST);
    Expect.range("http.bodyTimeout", bodyTimeout, SHORTEST, LONGEST);
    Expect.range("http.sendTimeout", sendTimeout, SHORTEST, LONGEST);
    Expect.range("http.idleTimeout", idleTimeout, SHORTEST, LONGEST);
    Expect.range("http.keepAlive", keepAlive, SHORTEST, LONGEST);
    Expect.range("http.eventLoops", eventLoops, 0, 256);
    Expect.range("http.tokenizeThreads", tokenizeThreads, 0, 256);
    Expect.range("http.tokenizeQueue", tokenizeQueue, 1, 1_000_000);
  }

  /** {@link #eventLoops} with 0 resolved. */
  public int eventLoopThreads() {
    return eventLoops > 0 ? eventLoops : share(4);
  }

  /** {@link #tokenizeThreads} with 0 resolved. */
  public int tokenizers() {
    return tokenizeThreads > 0 ? tokenizeThreads : share(2);
  }

  private static int share(int parts) {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / parts);
  }
}
