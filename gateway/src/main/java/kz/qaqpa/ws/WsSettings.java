package kz.qaqpa.ws;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.config.Expect;

/**
 * Section {@code ws}: the Responses API over WebSocket.
 *
 * @param origins pages of other servers that may connect, such as {@code https://app.example.kz};
 *     the server's own always may, and clients that are no browser name none
 * @param maxConnections connections of one application at once, 1 to 100,000
 * @param maxMessageBytes longest frame and message of a client, 1 KiB to 64 MiB
 * @param lanes lanes of a connection with a response running or waiting, 1 to 1,024
 * @param laneQueue responses that may wait in one lane, 0 to 1,024
 * @param keptResponses last responses that a connection can continue though they are not stored, 0
 *     to 1,024
 * @param keepAlive a silent response gets a {@code response.in_progress} about this often
 * @param ping a connection without a response is pinged this often, and closed when a ping had no
 *     answer by the next
 * @param idleTimeout how long a connection may be without a response and a message
 * @param lifetime how long it may live
 * @param closeTimeout what running responses get to finish when it ends, and a client to answer a
 *     close frame: of the latter at most 2 s
 */
public record WsSettings(
    List<String> origins,
    int maxConnections,
    int maxMessageBytes,
    int lanes,
    int laneQueue,
    int keptResponses,
    Duration keepAlive,
    Duration ping,
    Duration idleTimeout,
    Duration lifetime,
    Duration closeTimeout) {
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** Checks origins and ranges. */
  public WsSettings {
    origins = List.copyOf(origins);
    origins.forEach(origin -> Expect.origin("ws.origins", origin));
    Expect.range("ws.maxConnections", maxConnections, 1, 100_000);
    Expect.range("ws.maxMessageBytes", maxMessageBytes, 1 << 10, 64 << 20);
    Expect.range("ws.lanes", lanes, 1, 1024);
    Expect.range("ws.laneQueue", laneQueue, 0, 1024);
    Expect.range("ws.keptResponses", keptResponses, 0, 1024);
    Expect.range("ws.keepAlive", keepAlive, SHORTEST, LONGEST);
    Expect.range("ws.ping", ping, SHORTEST, LONGEST);
    Expect.range("ws.idleTimeout", idleTimeout, SHORTEST, LONGEST);
    Expect.range("ws.lifetime", lifetime, SHORTEST, LONGEST);
    Expect.range("ws.closeTimeout", closeTimeout, SHORTEST, LONGEST);
  }

  /** How long a client may take to answer a close frame. */
  public Duration linger() {
    return closeTimeout.compareTo(LINGER) < 0 ? closeTimeout : LINGER;
  }
}
