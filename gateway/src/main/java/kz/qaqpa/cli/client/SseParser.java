package kz.qaqpa.cli.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Bytes of an event stream to the data of its events, in whatever pieces the bytes come (WHATWG
 * HTML, section 9.2: server-sent events). Comments and all fields but {@code data} are passed over.
 * Text is decoded a whole line at a time, so that no letter is ever split.
 *
 * <p>Confined to one thread.
 */
public final class SseParser {
  /** Most bytes of one line, and of the data of one event. */
  public static final int MAX_BYTES = 1 << 20;

  private final Consumer<String> onData;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private boolean afterCarriageReturn;

  /**
   * A parser at the start of a stream.
   *
   * @param onData receives the data of each event
   */
  public SseParser(Consumer<String> onData) {
    this.onData = onData;
  }

  /**
   * Takes the next bytes.
   *
   * @throws IllegalStateException if a line or an event is longer than {@link #MAX_BYTES}
   */
  public void feed(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      byte b = bytes.get();
      boolean secondOfPair = b == '\n' && afterCarriageReturn;
      afterCarriageReturn = b == '\r';
      if (secondOfPair) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        endLine();
      } else {
        line.write(b);
        requireBelowLimit(line.size());
      }
    }
  }

  private void endLine() {
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (text.isEmpty()) {
      dispatch();
    } else if (text.startsWith("data:")) {
      append(text.substring(text.startsWith("data: ") ? 6 : 5));
    } else if (text.equals("data")) {
      append("");
    }
  }

  private void append(String value) {
    if (hasData) {
      data.append('\n');
    }
    data.append(value);
    hasData = true;
    requireBelowLimit(data.length());
  }

  private void dispatch() {
    if (hasData) {
      String event = data.toString();
      data.setLength(0);
      hasData = false;
      onData.accept(event);
    }
  }

  private static void requireBelowLimit(int size) {
    if (size > MAX_BYTES) {
      throw new IllegalStateException("event: too long (expected: at most " + MAX_BYTES + ")");
    }
  }
}
