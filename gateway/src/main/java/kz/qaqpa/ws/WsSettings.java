package kz.qaqpa.ws;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

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
  private static final Pattern ORIGIN =
      Pattern.compile("https?://(\\[[0-9a-f:.]{2,45}]|[a-z0-9.-]{1,253})(:[0-9]{1,5})?");
  private static final Duration SHORTEST = Duration.ofMillis(50);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** Checks origins and ranges. */
  public WsSettings {
    origins = List.copyOf(origins);
    for (String origin : origins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new IllegalArgumentException(
            "ws.origins: "
                + origin
                + " (expected: an origin such as https://app.example.kz, in lower case, no path)");
      }
    }
    check("maxConnections", maxConnections, 1, 100_000);
    check("maxMessageBytes", maxMessageBytes, 1 << 10, 64 << 20);
    check("lanes", lanes, 1, 1024);
    check("laneQueue", laneQueue, 0, 1024);
    check("keptResponses", keptResponses, 0, 1024);
    check("keepAlive", keepAlive);
    check("ping", ping);
    check("idleTimeout", idleTimeout);
    check("lifetime", lifetime);
    check("closeTimeout", closeTimeout);
  }

  /** How long a client may take to answer a close frame. */
  public Duration linger() {
    return closeTimeout.compareTo(LINGER) < 0 ? closeTimeout : LINGER;
  }

  private static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "ws." + name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }

  private static void check(String name, Duration value) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "ws." + name + ": " + value + " (expected: " + SHORTEST + " to " + LONGEST + ")");
    }
  }
}
