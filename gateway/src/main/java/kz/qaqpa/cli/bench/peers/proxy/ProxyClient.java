package kz.qaqpa.cli.bench.peers.proxy;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.Asking;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.BenchClient.Measured;
import kz.qaqpa.cli.bench.BenchConnection;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client of the comparison, a process of its own with one thread: as {@link BenchClient}, with
 * headers that a proxy wants.
 */
public final class ProxyClient {
  private static final long PATIENCE_MILLIS = 60_000;

  private ProxyClient() {}

  /**
   * Asks, and prints a {@link BenchClient.Result} as JSON.
   *
   * @param args {@code --port}, {@code --streams}, {@code --bodies FILE} (a request body a line);
   *     headers, a line each, are the environment's {@code QAQPA_BENCH_HEADERS}
   */
  public static void main(String[] args) throws IOException {
    Options options = Options.parse(List.of(args), Set.of("port", "streams", "bodies"), Set.of());
    int port = options.number("port", 8080, 1, 65_535);
    String headers = System.getenv().getOrDefault("QAQPA_BENCH_HEADERS", "");
    Deque<byte[]> requests = new ArrayDeque<>();
    for (String body : Files.readAllLines(Path.of(options.get("bodies", "bodies.jsonl")))) {
      requests.add(request(port, headers, body));
    }
    BenchClient.Result result = run(port, options.number("streams", 1, 1, 4096), requests);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(JsonMapper.builder().build().writeValueAsString(result));
  }

  private static BenchClient.Result run(int port, int streams, Deque<byte[]> requests)
      throws IOException {
    int all = requests.size();
    List<Measured> answers = new ArrayList<>();
    long started = System.nanoTime();
    try (Selector selector = Selector.open()) {
      InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      for (int i = 0; i < streams; i++) {
        new BenchConnection(selector, server, asking(requests, answers)).ask();
      }
      while (answers.size() < all) {
        if (selector.select(PATIENCE_MILLIS) == 0 && selector.selectedKeys().isEmpty()) {
          throw new IOException("no answer for " + PATIENCE_MILLIS / 1000 + " s");
        }
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof BenchConnection ready) {
            ready.ready();
          }
        }
        selector.selectedKeys().clear();
      }
      for (SelectionKey open : selector.keys()) {
        open.channel().close();
      }
    }
    return new BenchClient.Result(System.nanoTime() - started, List.copyOf(answers));
  }

  private static Asking asking(Deque<byte[]> requests, List<Measured> answers) {
    return new Asking() {
      @Override
      public byte @Nullable [] next() {
        return requests.poll();
      }

      @Override
      public void answered(Measured measured) {
        answers.add(measured);
      }

      @Override
      public void refused(int status, String code, String message) {
        throw new ServerError(status + " " + message);
      }
    };
  }

  private static byte[] request(int port, String headers, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("POST /v1/chat/completions HTTP/1.1\r\n");
    head.append("Host: 127.0.0.1:").append(port).append("\r\n");
    headers.lines().forEach(header -> head.append(header).append("\r\n"));
    head.append("Content-Type: application/json\r\nContent-Length: ").append(content.length);
    byte[] headBytes = head.append("\r\n\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[headBytes.length + content.length];
    System.arraycopy(headBytes, 0, request, 0, headBytes.length);
    System.arraycopy(content, 0, request, headBytes.length, content.length);
    return request;
  }
}
