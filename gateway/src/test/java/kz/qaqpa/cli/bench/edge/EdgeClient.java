package kz.qaqpa.cli.bench.edge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
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
import java.util.concurrent.TimeUnit;
import kz.qaqpa.cli.bench.load.AnswerReader;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client: one thread, one selector, keep-alive connections each of which asks the same question
 * again as soon as its answer is over. It counts and keeps nothing.
 */
final class EdgeClient {
  private static final long PATIENCE_MILLIS = 30_000;

  private final Selector selector = Selector.open();
  private final byte[] request;
  private final long end;
  private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 17);
  private long requests;
  private long chunks;
  private long bytes;
  private long reads;
  private int busy;

  private EdgeClient(byte[] request, long nanos) throws IOException {
    this.request = request;
    this.end = System.nanoTime() + nanos;
  }

  /**
   * What a run counted.
   *
   * @param chunks of all answers; an answer that is not chunked counts as one
   * @param wallNanos from the first request to the end of the last answer
   * @param reads calls that read something
   */
  record Result(long requests, long chunks, long bytes, long wallNanos, long reads) {}

  /**
   * For each line {@code PORT CONNECTIONS MILLIS REQUEST-FILE} on standard input, asks for so long
   * and prints a {@link Result} as JSON.
   */
  public static void main(String[] args) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println("ready");
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 4);
      long nanos = TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[2]));
      EdgeClient client = new EdgeClient(Files.readAllBytes(Path.of(words[3])), nanos);
      Result result = client.run(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
      out.println(json.writeValueAsString(result));
    }
  }

  private Result run(int port, int connections) throws IOException {
    InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    List<Connection> all = new ArrayList<>();
    try (selector) {
      for (int i = 0; i < connections; i++) {
        all.add(new Connection(SocketChannel.open(server)));
      }
      long start = System.nanoTime();
      for (Connection connection : all) {
        connection.ask();
      }
      while (busy > 0) {
        if (selector.select(this::ready, PATIENCE_MILLIS) == 0) {
          throw new IOException("no answer for " + PATIENCE_MILLIS / 1000 + " s");
        }
      }
      return new Result(requests, chunks, bytes, System.nanoTime() - start, reads);
    } finally {
      for (Connection connection : all) {
        connection.channel.close();
      }
    }
  }

  private void ready(SelectionKey key) {
    if (key.attachment() instanceof Connection connection) {
      connection.read();
    }
  }

  private final class Connection implements AnswerReader.Listener {
    private final SocketChannel channel;
    private final AnswerReader reader = new AnswerReader(this);
    private final ByteBuffer out;

    Connection(SocketChannel channel) throws IOException {
      this.channel = channel;
      this.out = ByteBuffer.allocateDirect(request.length).put(request).flip();
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void ask() throws IOException {
      out.rewind();
      if (channel.write(out) != request.length) {
        throw new IOException("a request does not fit into an idle socket");
      }
      busy++;
    }

    void read() {
      try {
        in.clear();
        int n = channel.read(in);
        if (n < 0) {
          throw new IllegalStateException("the server closed a connection");
        }
        reads++;
        bytes += n;
        reader.take(in.flip());
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    @Override
    public void chunk(ByteBuffer all, int from, int to) {
      chunks++;
    }

    @Override
    public void end() {
      requests++;
      busy--;
      if (System.nanoTime() - end < 0) {
        try {
          ask();
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    }
  }
}
