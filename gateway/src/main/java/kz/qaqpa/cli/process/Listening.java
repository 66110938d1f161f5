package kz.qaqpa.cli.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Servers that are none of ours, told where to listen on this machine. Any thread. */
public final class Listening {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final int LAST_LINES = 12;

  private Listening() {}

  /** A port of 127.0.0.1 that nobody has now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * Waits until a server answers with 200.
   *
   * @param name for messages
   * @param port of 127.0.0.1
   * @param path that is asked for
   * @throws IOException if it ends or does not answer in time; the message has the end of its log
   */
  public static void await(String name, Child server, int port, String path, Duration patience)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    long end = System.nanoTime() + patience.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(patience).build();
      while (true) {
        try {
          if (http.send(request, BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // It does not listen yet.
        }
        if (!server.isAlive() || System.nanoTime() - end > 0) {
          throw notReady(name, server, path);
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    }
  }

  private static IOException notReady(String name, Child server, String path) throws IOException {
    List<String> lines = Files.readAllLines(server.log());
    List<String> last = lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size());
    return new IOException(
        name
            + ": not ready (expected: "
            + path
            + " answers 200); the end of "
            + server.log()
            + ":\n"
            + String.join("\n", last));
  }
}
