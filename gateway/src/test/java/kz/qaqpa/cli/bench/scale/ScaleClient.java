package kz.qaqpa.cli.bench.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.cli.bench.load.AnswerReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * Opens streams, or WebSockets on which nothing is said, and reads what comes: one thread, one
 * selector. A stream that is over is asked for again.
 */
final class ScaleClient {
  /** Connections that are waited for before more are opened. */
  private static final int AT_ONCE = 256;

  private static final byte[] CONTENT = "\"content\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final long LOOK_MILLIS = 20;

  private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private final JsonMapper json = JsonMapper.builder().build();
  private final Selector selector = Selector.open();
  private final Queue<String> orders = new ConcurrentLinkedQueue<>();
  private final ClockWords words;
  private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 17);
  private final List<Connection> connections = new ArrayList<>();
  private int wanted;
  private int begun;
  private boolean isTold = true;
  private InetSocketAddress server = new InetSocketAddress(0);
  private byte[] request = {};
  private boolean isSocket;
  private Delays delays = new Delays();
  private long measuredSince;
  private long measuredUntil;

  private ScaleClient(ClockWords words) throws IOException {
    this.words = words;
  }

  /**
   * What a time of measuring counted.
   *
   * @param events with a word
   * @param other chunks that had none, or came in two parts
   * @param nanos of the time
   */
  record Result(
      long events,
      long other,
      long nanos,
      double medianMillis,
      double p99Millis,
      double mostMillis) {}

  /**
   * Does what lines on standard input say, and answers each with a line:
   *
   * <pre>
   * streams PORT COUNT REQUEST-FILE   "open" when each has its first word
   * sockets PORT COUNT REQUEST-FILE   "open" when each was upgraded
   * measure MILLIS                    a {@link Result} as JSON
   * close                             "closed"
   * </pre>
   *
   * @param args the folder of the model, for its words
   */
  public static void main(String[] args) throws IOException {
    ScaleClient client = new ScaleClient(ClockWords.read(Path.of(args[0])));
    Thread.ofPlatform().daemon().name("orders").start(client::listen);
    client.out.println("ready");
    client.run();
  }

  private void listen() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        orders.add(line);
        selector.wakeup();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().halt(0); // Whoever gives orders is gone.
  }

  private void run() throws IOException {
    while (true) {
      for (String order = orders.poll(); order != null; order = orders.poll()) {
        obey(order.split(" ", 4));
      }
      while (connections.size() < Math.min(wanted, begun + AT_ONCE)) {
        Connection connection = new Connection();
        connections.add(connection);
        connection.ask();
      }
      if (!isTold && begun >= wanted) {
        isTold = true;
        out.println("open");
      }
      selector.select(ScaleClient::ready, LOOK_MILLIS);
      tell(System.nanoTime());
    }
  }

  private static void ready(SelectionKey key) {
    if (key.attachment() instanceof Connection connection) {
      connection.read();
    }
  }

  private void obey(String[] words) throws IOException {
    switch (words[0]) {
      case "streams", "sockets" -> {
        isSocket = words[0].equals("sockets");
        server =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(words[1]));
        wanted = Integer.parseInt(words[2]);
        request = Files.readAllBytes(Path.of(words[3]));
        isTold = false;
      }
      case "measure" -> {
        delays = new Delays();
        measuredSince = System.nanoTime();
        measuredUntil = measuredSince + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[1]));
      }
      case "close" -> {
        for (Connection connection : connections) {
          connection.channel.close();
        }
        connections.clear();
        wanted = 0;
        begun = 0;
        selector.selectNow();
        out.println("closed");
      }
      default -> throw new IllegalArgumentException("order: " + words[0]);
    }
  }

  private void tell(long now) throws IOException {
    if (measuredUntil != 0 && now - measuredUntil >= 0) {
      measuredUntil = 0;
      out.println(json.writeValueAsString(delays.result(now - measuredSince)));
    }
  }

  private final class Connection implements AnswerReader.Listener {
    private final SocketChannel channel;
    private final AnswerReader reader = new AnswerReader(this);
    private boolean hasBegun;
    private int contentAt; // Where in a chunk the word begins: the same in each of an answer.

    Connection() throws IOException {
      channel = SocketChannel.open(server);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void ask() throws IOException {
      if (channel.write(ByteBuffer.wrap(request)) != request.length) {
        throw new IOException("a request does not fit into an idle socket");
      }
    }

    void read() {
      try {
        in.clear();
        if (channel.read(in) < 0) {
          throw new IllegalStateException("the server closed a connection");
        }
        if (isSocket) {
          begin(); // What follows the head, if anything, are pings.
        } else {
          reader.take(in.flip());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void begin() {
      if (!hasBegun) {
        hasBegun = true;
        begun++;
      }
    }

    @Override
    public void chunk(ByteBuffer bytes, int from, int to) {
      if (contentAt == 0) {
        contentAt = find(bytes, from, to);
        if (contentAt != 0) {
          begin();
        }
      }
      if (measuredUntil == 0) {
        return;
      }
      int word = from + contentAt;
      int end = word;
      while (end < to && bytes.get(end) != '"') {
        end++;
      }
      delays.add(
          contentAt == 0 || word >= to
              ? -1
              : words.ticksSince(bytes, word, end, System.nanoTime()));
    }

    @Override
    public void end() {
      contentAt = 0;
      try {
        ask();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Behind {@code "content":"} if it is there and is followed by a letter; else 0. */
    private static int find(ByteBuffer bytes, int from, int to) {
      for (int at = from; at + CONTENT.length < to; at++) {
        int same = 0;
        while (same < CONTENT.length && bytes.get(at + same) == CONTENT[same]) {
          same++;
        }
        if (same == CONTENT.length && bytes.get(at + same) == ' ') {
          return at + same - from;
        }
      }
      return 0;
    }
  }
}
