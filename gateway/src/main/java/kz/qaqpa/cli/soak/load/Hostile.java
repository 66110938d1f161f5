package kz.qaqpa.cli.soak.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Sends what no client should. Each must be refused with a status of 400 to 499, or lose its
 * connection; nothing may be answered with a text, or fail inside.
 */
public final class Hostile implements User {
  private static final int DEEP = 2000;
  private static final int LARGE = 40_000;
  private static final int WAIT_MILLIS = 3000;

  private final Site site;
  private final List<byte[]> messages;
  private int next;

  public Hostile(Site site, String key) {
    this.site = site;
    this.messages = messages(site, key);
  }

  private static List<byte[]> messages(Site site, String key) {
    List<byte[]> all = new ArrayList<>();
    for (String body :
        List.of(
            "",
            "{",
            "null",
            "[".repeat(DEEP),
            "{\"model\":".repeat(DEEP),
            "{\"model\":1,\"messages\":2}",
            "{\"model\":\"kaz-mini\",\"messages\":[]}",
            "{\"messages\":[{\"role\":\"root\",\"content\":\"x\"}],\"model\":\""
                + site.model()
                + "\"}",
            valid(site, "\"max_tokens\":-1"),
            valid(site, "\"max_tokens\":1e400"),
            valid(site, "\"temperature\":\"NaN\""),
            valid(site, "\"n\":100000"),
            valid(site, "\"stop\":[\"\"]"),
            valid(site, "\"logit_bias\":{\"99999999\":1}"),
            valid(site, "\"model\":\"again\""))) {
      all.add(site.raw(key, body));
    }
    all.add(site.raw("qpk_nobody", valid(site, "\"stream\":true")));
    for (String text :
        List.of(
            "\u0000\u0001\u0002\u0003\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "\u00ff".repeat(64),
            "GET /v1/models HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(LARGE) + "\r\n\r\n",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                + "Content-Length: 6\r\n\r\nabcdef",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n{",
            "GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
            "DELETE /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n")) {
      all.add(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    return List.copyOf(all);
  }

  private static String valid(Site site, String more) {
    return "{\"model\":\""
        + site.model()
        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],"
        + more
        + "}";
  }

  @Override
  public String name() {
    return "hostile";
  }

  @Override
  public int pauseMillis() {
    return 300;
  }

  @Override
  public void turn(RandomGenerator random) throws IOException {
    byte[] message = messages.get(next++ % messages.size());
    try (Socket socket = Leaver.connect(site, 0)) {
      socket.setSoTimeout(WAIT_MILLIS);
      socket.getOutputStream().write(message);
      String answer = answer(socket);
      boolean refused = answer.isEmpty() || answer.startsWith("HTTP/1.1 4") || isHttp2(answer);
      String line = answer.lines().findFirst().orElse("closed");
      site.outcomes().count("hostile: " + (isHttp2(answer) ? "HTTP/2 frames" : line), refused);
    } catch (SocketTimeoutException e) {
      site.outcomes().expected("hostile: waited for the rest of it");
    } catch (SocketException e) {
      site.outcomes().expected("hostile: closed");
    }
  }

  /** A server's preface begins with a SETTINGS frame: three bytes of length, then its type, 4. */
  private static boolean isHttp2(String answer) {
    return answer.length() > 9 && answer.charAt(0) == 0 && answer.charAt(3) == 4;
  }

  private static String answer(Socket socket) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    byte[] buffer = new byte[1024];
    for (int n = socket.getInputStream().read(buffer); n >= 0; ) {
      answer.write(buffer, 0, n);
      if (answer.toString(StandardCharsets.ISO_8859_1).contains("\r\n")) {
        break;
      }
      n = socket.getInputStream().read(buffer);
    }
    return answer.toString(StandardCharsets.ISO_8859_1);
  }
}
