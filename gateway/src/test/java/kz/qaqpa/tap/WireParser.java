package kz.qaqpa.tap;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of both directions of one connection to exchanges: HTTP/1.1, and WebSocket after an
 * upgrade. What is neither (HTTP/2) gives no exchange. Used by one thread.
 */
final class WireParser {
  private static final int SWITCHING = 101;

  private final boolean closed;

  private WireParser(boolean closed) {
    this.closed = closed;
  }

  /** The exchanges whose answer has at least begun. */
  static List<WireExchange> parse(byte[] sent, byte[] received, boolean closed) {
    return new WireParser(closed).exchanges(sent, received);
  }

  private record Head(String first, Map<String, String> headers, int end) {
    boolean chunked() {
      return headers
          .getOrDefault("transfer-encoding", "")
          .toLowerCase(Locale.ROOT)
          .equals("chunked");
    }
  }

  private record Body(byte[] bytes, int end, boolean complete) {}

  private List<WireExchange> exchanges(byte[] sent, byte[] received) {
    List<WireExchange> exchanges = new ArrayList<>();
    int asked = 0;
    int answered = 0;
    while (true) {
      Head request = head(sent, asked);
      Head response = finalHead(received, answered);
      if (request == null || response == null || !response.first().startsWith("HTTP/1.1 ")) {
        return exchanges;
      }
      int status = Integer.parseInt(response.first().substring(9, 12));
      String[] line = request.first().split(" ");
      if (status == SWITCHING) {
        if (response.headers().getOrDefault("upgrade", "").equalsIgnoreCase("websocket")) {
          List<String> frames = frames(received, response.end());
          exchanges.add(exchange(line, request, status, response, "", frames, closed));
        }
        return exchanges;
      }
      asked = body(sent, request, 0).end();
      Body body = answer(received, response, status, line[0]);
      String text = WireExchange.text(body.bytes());
      exchanges.add(exchange(line, request, status, response, text, List.of(), body.complete()));
      if (!body.complete()) {
        return exchanges;
      }
      answered = body.end();
    }
  }

  private static WireExchange exchange(
      String[] line,
      Head request,
      int status,
      Head response,
      String body,
      List<String> frames,
      boolean complete) {
    return new WireExchange(
        line[0], line[1], request.headers(), status, response.headers(), body, frames, complete);
  }

  /** Passes over 100 Continue and its like. */
  private static @Nullable Head finalHead(byte[] bytes, int from) {
    Head head = head(bytes, from);
    while (head != null
        && head.first().startsWith("HTTP/1.1 1")
        && !head.first().startsWith("HTTP/1.1 101")) {
      head = head(bytes, head.end());
    }
    return head;
  }

  private static @Nullable Head head(byte[] bytes, int from) {
    int end = indexOf(bytes, "\r\n\r\n", from);
    if (end < 0) {
      return null;
    }
    String[] lines = new String(bytes, from, end - from, StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).strip());
    }
    return new Head(lines[0], headers, end + 4);
  }

  private Body answer(byte[] bytes, Head head, int status, String method) {
    if (method.equals("HEAD") || status == 204 || status == 304) {
      return new Body(new byte[0], head.end(), true);
    }
    boolean untilClose = !head.chunked() && !head.headers().containsKey("content-length");
    if (untilClose) {
      byte[] rest = slice(bytes, head.end(), bytes.length);
      return new Body(rest, bytes.length, closed);
    }
    return body(bytes, head, -1);
  }

  /** A body that tells its length; {@code otherwise} is the length of one that does not. */
  private static Body body(byte[] bytes, Head head, int otherwise) {
    if (head.chunked()) {
      return chunks(bytes, head.end());
    }
    String length = head.headers().getOrDefault("content-length", Integer.toString(otherwise));
    int end = head.end() + Integer.parseInt(length);
    int there = Math.min(end, bytes.length);
    return new Body(slice(bytes, head.end(), there), there, end <= bytes.length);
  }

  private static Body chunks(byte[] bytes, int from) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    int at = from;
    while (true) {
      int line = indexOf(bytes, "\r\n", at);
      if (line < 0) {
        return new Body(body.toByteArray(), bytes.length, false);
      }
      int size = Integer.parseInt(new String(bytes, at, line - at, StandardCharsets.US_ASCII), 16);
      int start = line + 2;
      if (start + size + 2 > bytes.length) {
        body.write(bytes, start, Math.min(size, bytes.length - start));
        return new Body(body.toByteArray(), bytes.length, false);
      }
      body.write(bytes, start, size);
      at = start + size + 2;
      if (size == 0) {
        return new Body(body.toByteArray(), at, true);
      }
    }
  }

  /** The whole text messages among a server's frames, which are never masked. */
  private static List<String> frames(byte[] bytes, int from) {
    List<String> messages = new ArrayList<>();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    boolean text = false;
    int at = from;
    while (at + 2 <= bytes.length) {
      int opcode = bytes[at] & 0x0f;
      boolean last = (bytes[at] & 0x80) != 0;
      int shortLength = bytes[at + 1] & 0x7f;
      int extra = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0;
      if (at + 2 + extra > bytes.length) {
        break;
      }
      int start = at + 2 + extra;
      long length = extra == 0 ? shortLength : number(bytes, at + 2, extra);
      if (length > bytes.length - start) {
        break;
      }
      at = start + (int) length;
      if (opcode > 2) {
        continue; // Close, ping, pong.
      }
      text = opcode == 0 ? text : opcode == 1;
      message.write(bytes, start, (int) length);
      if (last) {
        if (text) {
          messages.add(WireExchange.text(message.toByteArray()));
        }
        message.reset();
      }
    }
    return messages;
  }

  private static long number(byte[] bytes, int from, int length) {
    long value = 0;
    for (int i = 0; i < length; i++) {
      value = value << 8 | bytes[from + i] & 0xff;
    }
    return value;
  }

  private static int indexOf(byte[] bytes, String what, int from) {
    for (int i = from; i + what.length() <= bytes.length; i++) {
      int j = 0;
      while (j < what.length() && bytes[i + j] == what.charAt(j)) {
        j++;
      }
      if (j == what.length()) {
        return i;
      }
    }
    return -1;
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return java.util.Arrays.copyOfRange(bytes, from, to);
  }
}
