package kz.qaqpa.cli.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.cli.bench.BenchClient.Measured;
import kz.qaqpa.cli.client.ChatJson;
import kz.qaqpa.cli.client.ServerError;
import kz.qaqpa.cli.client.SseParser;
import org.jspecify.annotations.Nullable;

/**
 * One keep-alive connection that asks one question after the other: as much of HTTP/1.1 (RFC 9112)
 * as a streamed answer needs. Confined to the client's one thread.
 */
final class BenchConnection {
  private static final int MAX_HEAD = 1 << 16;
  private static final Pattern PROMPT_TOKENS = Pattern.compile("\"prompt_tokens\": ?(\\d{1,9})");
  private static final Pattern OUTPUT_TOKENS =
      Pattern.compile("\"completion_tokens\": ?(\\d{1,9})");
  private static final Pattern TEXT = Pattern.compile("\"content\": ?\"(?!\")");

  private enum State {
    HEAD,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Supplier<byte @Nullable []> requests;
  private final Consumer<Measured> outcomes;
  private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private ByteBuffer out = ByteBuffer.allocate(0);
  private State state = State.HEAD;
  private int chunkLeft;
  private SseParser events = new SseParser(this::event);
  private long sent;
  private long first;
  private int promptTokens;
  private int outputTokens;
  private boolean done;

  /**
   * Connects and asks the first question.
   *
   * @param requests the bytes of the next request, or null if there is none left
   */
  BenchConnection(
      Selector selector,
      InetSocketAddress server,
      Supplier<byte @Nullable []> requests,
      Consumer<Measured> outcomes)
      throws IOException {
    this.requests = requests;
    this.outcomes = outcomes;
    channel = SocketChannel.open(server);
    channel.configureBlocking(false);
    channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
    key = channel.register(selector, SelectionKey.OP_READ, this);
    next();
  }

  /** Does what the socket is ready for. */
  void ready() throws IOException {
    if (key.isValid() && key.isWritable()) {
      write();
    }
    if (key.isValid() && key.isReadable()) {
      read();
    }
  }

  private void next() throws IOException {
    byte[] request = requests.get();
    if (request == null) {
      channel.close();
      return;
    }
    out = ByteBuffer.wrap(request);
    events = new SseParser(this::event);
    state = State.HEAD;
    first = 0;
    promptTokens = 0;
    outputTokens = 0;
    done = false;
    sent = System.nanoTime();
    write();
  }

  private void write() throws IOException {
    channel.write(out);
    key.interestOps(
        out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
  }

  private void read() throws IOException {
    in.clear();
    int n = channel.read(in);
    if (n < 0) {
      throw new ServerError("the server closed a connection in the middle of an answer");
    }
    in.flip();
    while (in.hasRemaining() && channel.isOpen()) {
      step();
    }
  }

  private void step() throws IOException {
    switch (state) {
      case HEAD -> head();
      case CHUNK_SIZE -> {
        String size = nextLine();
        if (size != null) {
          chunkLeft = Integer.parseInt(size.split(";", 2)[0].strip(), 16);
          state = chunkLeft == 0 ? State.TRAILER : State.CHUNK;
        }
      }
      case CHUNK -> chunk();
      case CHUNK_END -> {
        if (nextLine() != null) {
          state = State.CHUNK_SIZE;
        }
      }
      case TRAILER -> {
        String trailer = nextLine();
        if (trailer != null && trailer.isEmpty()) {
          finish();
        }
      }
    }
  }

  private void chunk() {
    ByteBuffer data = in.slice(in.position(), Math.min(in.remaining(), chunkLeft));
    in.position(in.position() + data.remaining());
    chunkLeft -= data.remaining();
    events.feed(data);
    if (chunkLeft == 0) {
      state = State.CHUNK_END;
    }
  }

  /** Bytes up to the empty line; the head is kept in {@code line} until it is whole. */
  private void head() {
    while (in.hasRemaining()) {
      line.write(in.get());
      if (line.size() > MAX_HEAD) {
        throw new ServerError("the server's headers are too long");
      }
      if (line.size() >= 4 && endsWithEmptyLine()) {
        String head = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        requireStream(head);
        state = State.CHUNK_SIZE;
        return;
      }
    }
  }

  private boolean endsWithEmptyLine() {
    // The check of the last byte keeps this from copying the head for every byte of it.
    return in.get(in.position() - 1) == '\n'
        && line.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n");
  }

  private static void requireStream(String head) {
    if (!head.startsWith("HTTP/1.1 200 ")
        || !head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
      throw new ServerError(
          "the server answered "
              + head.lines().findFirst().orElse("nothing")
              + " (expected: 200, chunked)");
    }
  }

  private @Nullable String nextLine() {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        line.reset();
        return text;
      }
      line.write(b);
    }
    return null;
  }

  private void event(String data) {
    if (data.equals("[DONE]")) {
      done = true;
    } else if (data.startsWith("{\"error\"")) {
      throw new ServerError(ChatJson.errorMessage(data, "error in a stream"));
    } else if (first == 0 && TEXT.matcher(data).find()) {
      first = System.nanoTime();
    } else if (data.contains("\"completion_tokens\"")) {
      promptTokens = number(PROMPT_TOKENS, data);
      outputTokens = number(OUTPUT_TOKENS, data);
    }
  }

  private static int number(Pattern pattern, String data) {
    Matcher matcher = pattern.matcher(data);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
  }

  private void finish() throws IOException {
    if (!done) {
      throw new ServerError("an answer ended without [DONE]");
    }
    long now = System.nanoTime();
    outcomes.accept(
        new Measured((first == 0 ? now : first) - sent, now - sent, promptTokens, outputTokens));
    next();
  }
}
