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
public final class BenchConnection {
  private static final int MAX_HEAD = 1 << 16;
  private static final Pattern PROMPT_TOKENS = Pattern.compile("\"prompt_tokens\": ?(\\d{1,9})");
  private static final Pattern OUTPUT_TOKENS =
      Pattern.compile("\"completion_tokens\": ?(\\d{1,9})");
  private static final Pattern STATUS = Pattern.compile("^HTTP/1\\.1 (\\d{3}) ");
  private static final Pattern LENGTH = Pattern.compile("(?i)\ncontent-length: ?(\\d{1,5})\r");
  private static final Pattern CODE = Pattern.compile("\"code\": ?\"([a-z_]{1,64})\"");
  private static final Pattern TEXT = Pattern.compile("\"content\": ?\"(?!\")");

  private enum State {
    IDLE,
    HEAD,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER
  }

  private final SocketChannel channel;
  private final SelectionKey key;
  private final Asking asking;
  private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final ByteArrayOutputStream failure = new ByteArrayOutputStream();
  private ByteBuffer out = ByteBuffer.allocate(0);
  private State state = State.IDLE;
  private int chunkLeft;
  private int status;
  private String statusLine = "";
  private @Nullable String error;
  private SseParser events = new SseParser(this::event);
  private long sent;
  private long first;
  private int promptTokens;
  private int outputTokens;
  private boolean done;

  /**
   * Connects; nothing is asked yet.
   *
   * @param asking what it asks, one question after the other once {@link #ask} has been called
   */
  public BenchConnection(Selector selector, InetSocketAddress server, Asking asking)
      throws IOException {
    this.asking = asking;
    channel = SocketChannel.open(server);
    channel.configureBlocking(false);
    channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
    key = channel.register(selector, SelectionKey.OP_READ, this);
  }

  /** Whether it waits for a question. */
  public boolean isIdle() {
    return state == State.IDLE && channel.isOpen();
  }

  /** Closes it, whatever it is at. */
  public void close() throws IOException {
    channel.close();
  }

  /** Does what the socket is ready for. */
  public void ready() throws IOException {
    if (key.isValid() && key.isWritable()) {
      write();
    }
    if (key.isValid() && key.isReadable()) {
      read();
    }
  }

  /** Asks the next question, if there is one; to be called while it is idle. */
  public void ask() throws IOException {
    byte[] request = asking.next();
    if (request == null) {
      state = State.IDLE;
      return;
    }
    out = ByteBuffer.wrap(request);
    events = new SseParser(this::event);
    state = State.HEAD;
    first = 0;
    promptTokens = 0;
    outputTokens = 0;
    done = false;
    error = null;
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
    if (n < 0 && state == State.IDLE) {
      channel.close();
      return;
    }
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
      case IDLE -> throw new ServerError("the server sent more than an answer");
      case HEAD -> head();
      case BODY -> body();
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
    take(data);
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
        begin(head);
        return;
      }
    }
  }

  private boolean endsWithEmptyLine() {
    // The check of the last byte keeps this from copying the head for every byte of it.
    return in.get(in.position() - 1) == '\n'
        && line.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n");
  }

  private void begin(String head) {
    statusLine = head.lines().findFirst().orElse("nothing");
    Matcher number = STATUS.matcher(head);
    status = number.find() ? Integer.parseInt(number.group(1)) : 0;
    Matcher length = LENGTH.matcher(head);
    if (head.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")) {
      state = State.CHUNK_SIZE;
    } else if (status != 200 && length.find()) {
      chunkLeft = Integer.parseInt(length.group(1));
      state = State.BODY;
    } else {
      throw unexpected();
    }
  }

  private ServerError unexpected() {
    return new ServerError("the server answered " + statusLine + " (expected: 200, chunked)");
  }

  private void body() throws IOException {
    ByteBuffer data = in.slice(in.position(), Math.min(in.remaining(), chunkLeft));
    in.position(in.position() + data.remaining());
    chunkLeft -= data.remaining();
    take(data);
    if (chunkLeft == 0) {
      finish();
    }
  }

  /** An event stream, or the body of an error. */
  private void take(ByteBuffer data) {
    if (status == 200) {
      events.feed(data);
      return;
    }
    while (data.hasRemaining()) {
      failure.write(data.get());
    }
    if (failure.size() > MAX_HEAD) {
      throw unexpected();
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
      error = data;
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
    if (status != 200) {
      String body = failure.toString(StandardCharsets.UTF_8);
      failure.reset();
      asking.refused(status, code(body), String.valueOf(unexpected().getMessage()));
    } else if (error != null) {
      asking.refused(status, code(error), ChatJson.errorMessage(error, "error in a stream"));
    } else if (done) {
      long now = System.nanoTime();
      asking.answered(
          new Measured((first == 0 ? now : first) - sent, now - sent, promptTokens, outputTokens));
    } else {
      throw new ServerError("an answer ended without [DONE]");
    }
    ask();
  }

  private static String code(String body) {
    Matcher code = CODE.matcher(body);
    return code.find() ? code.group(1) : "";
  }
}
