package kz.qaqpa.cli.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Finds where answers of one keep-alive connection begin and end, at as little cost as that takes:
 * the bytes of a chunk are passed over, not looked at. As much of HTTP/1.1 (RFC 9112) as answers of
 * status 200 need. Confined to one thread.
 */
public final class AnswerReader {
  private static final int MAX_HEAD = 1 << 14;
  private static final int CARRIAGE_RETURN = '\r';
  private static final int NEWLINE = '\n';

  private enum State {
    HEAD,
    BODY,
    SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  private final Listener listener;
  private final byte[] head = new byte[MAX_HEAD];
  private int headLength;
  private State state = State.HEAD;
  private int left;
  private int size;

  /** Hears what comes. */
  public interface Listener {
    /** The head is there, its last empty line included. */
    default void head(String head) {}

    /**
     * A chunk came, or the body of an answer that is not chunked.
     *
     * @param bytes has it between the two places, if all of it came at once; else from and to are 0
     */
    void chunk(ByteBuffer bytes, int from, int to);

    /** The answer is over. */
    void end();
  }

  /**
   * A reader at the beginning of an answer.
   *
   * @param listener hears on the thread that reads
   */
  public AnswerReader(Listener listener) {
    this.listener = listener;
  }

  /**
   * Takes in what was read, all of it.
   *
   * @throws IllegalStateException if it is no answer of status 200
   */
  public void take(ByteBuffer in) {
    while (in.hasRemaining()) {
      switch (state) {
        case HEAD -> head(in);
        case BODY -> pass(in, State.HEAD);
        case SIZE -> size(in);
        case CHUNK -> pass(in, State.CHUNK_END);
        case CHUNK_END -> {
          if (in.get() == NEWLINE) {
            state = State.SIZE;
            size = 0;
          }
        }
        case TRAILER -> {
          if (in.get() == NEWLINE) {
            end();
          }
        }
      }
    }
  }

  private void head(ByteBuffer in) {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (headLength == MAX_HEAD) {
        throw new IllegalStateException("head: more than " + MAX_HEAD + " bytes");
      }
      head[headLength++] = b;
      if (b == NEWLINE && headLength >= 4 && head[headLength - 3] == NEWLINE) {
        begin(new String(head, 0, headLength, StandardCharsets.ISO_8859_1));
        return;
      }
    }
  }

  private void begin(String text) {
    headLength = 0;
    if (!text.startsWith("HTTP/1.1 200 ")) {
      throw new IllegalStateException(
          "status: " + text.lines().findFirst().orElse("") + " (expected: 200)");
    }
    listener.head(text);
    String lower = text.toLowerCase(Locale.ROOT);
    int length = lower.indexOf("\ncontent-length:");
    if (length >= 0) {
      int from = length + "\ncontent-length:".length();
      size = Integer.parseInt(text.substring(from, text.indexOf(CARRIAGE_RETURN, from)).strip());
      left = size;
      state = State.BODY;
    } else {
      size = 0;
      state = State.SIZE;
    }
  }

  private void size(ByteBuffer in) {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b == NEWLINE) {
        left = size;
        state = size == 0 ? State.TRAILER : State.CHUNK;
        return;
      }
      int digit = Character.digit(b, 16);
      if (digit >= 0) {
        size = size << 4 | digit;
      } else if (b != CARRIAGE_RETURN) {
        throw new IllegalStateException("chunk size: byte " + b + " (expected: a digit)");
      }
    }
  }

  /** Over the rest of a chunk or body; {@code size} is 0 once a part of it has been passed. */
  private void pass(ByteBuffer in, State next) {
    int from = in.position();
    int some = Math.min(in.remaining(), left);
    boolean whole = some == size;
    in.position(from + some);
    left -= some;
    size = 0;
    if (left > 0) {
      return;
    }
    listener.chunk(in, whole ? from : 0, whole ? from + some : 0);
    if (next == State.HEAD) {
      end();
    } else {
      state = next;
    }
  }

  private void end() {
    state = State.HEAD;
    listener.end();
  }
}
