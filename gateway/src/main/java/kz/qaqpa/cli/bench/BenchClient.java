package kz.qaqpa.cli.bench;

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
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;
import kz.qaqpa.cli.process.Child;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The client of the benchmark, a process of its own with one thread: each of its streams asks the
 * next question as soon as its last one was answered.
 */
public final class BenchClient {
  private static final long PATIENCE_MILLIS = 120_000;
  private static final String HEADERS = "QAQPA_BENCH_HEADERS";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private BenchClient() {}

  /**
   * What a run measured.
   *
   * @param wallNanos from the first request to the last answer
   */
  public record Result(long wallNanos, List<Measured> requests) {
    /** Of all answers together. */
    public long outputTokens() {
      return requests.stream().mapToLong(Measured::outputTokens).sum();
    }

    /** Of all questions together. */
    public long promptTokens() {
      return requests.stream().mapToLong(Measured::promptTokens).sum();
    }

    /** Of all streams together. */
    public double tokensPerSecond() {
      return outputTokens() / (wallNanos / 1e9);
    }

    /** To the first text of each answer. */
    public double[] ttftMillis() {
      return requests.stream().mapToDouble(request -> request.ttftNanos() / 1e6).toArray();
    }
  }

  /**
   * What one request took.
   *
   * @param ttftNanos from sending it to the first text
   * @param totalNanos from sending it to the end of the answer
   */
  public record Measured(long ttftNanos, long totalNanos, int promptTokens, int outputTokens) {}

  /**
   * Runs requests against a server on this machine, in a process of its own.
   *
   * @param folder for the process's log
   * @param port of 127.0.0.1
   * @param headers of each request, such as {@code Authorization: Bearer KEY}
   * @param bodies a file with a request body a line
   */
  public static Result inProcess(
      Path folder, int port, List<String> headers, int streams, Path bodies) throws IOException {
    List<String> args =
        List.of(
            "--port",
            String.valueOf(port),
            "--streams",
            String.valueOf(streams),
            "--bodies",
            bodies.toString());
    Map<String, String> environment = Map.of(HEADERS, String.join("\n", headers));
    try (Child client =
        Child.start("client", folder, environment, BenchClient.class.getName(), args)) {
      return JSON.readValue(client.awaitLine("{"), Result.class);
    }
  }

  /**
   * Runs requests against a server on this machine and prints a {@link Result} as JSON.
   *
   * @param args {@code --port}, {@code --streams}, {@code --bodies FILE} (a request body a line);
   *     headers, a line each, are the environment's {@code QAQPA_BENCH_HEADERS}
   */
  public static void main(String[] args) throws IOException {
    Options options = Options.parse(List.of(args), Set.of("port", "streams", "bodies"), Set.of());
    Result result =
        run(
            options.number("port", 8080, 1, 65_535),
            System.getenv().getOrDefault(HEADERS, "").lines().toList(),
            options.number("streams", 1, 1, 4096),
            Files.readAllLines(Path.of(options.get("bodies", "bodies.jsonl"))));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    out.println(JSON.writeValueAsString(result));
  }

  static Result run(int port, List<String> headers, int streams, List<String> bodies)
      throws IOException {
    Deque<byte[]> requests = new ArrayDeque<>();
    bodies.forEach(body -> requests.add(request(port, headers, body)));
    List<Measured> outcomes = new ArrayList<>();
    long started = System.nanoTime();
    try (Selector selector = Selector.open()) {
      InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try {
        for (int i = 0; i < streams; i++) {
          new BenchConnection(selector, server, asking(requests, outcomes)).ask();
        }
        while (outcomes.size() < bodies.size()) {
          serve(selector);
        }
      } finally {
        for (SelectionKey open : selector.keys()) {
          open.channel().close();
        }
      }
    }
    return new Result(System.nanoTime() - started, List.copyOf(outcomes));
  }

  private static Asking asking(Deque<byte[]> requests, List<Measured> outcomes) {
    return new Asking() {
      @Override
      public byte @Nullable [] next() {
        return requests.poll();
      }

      @Override
      public void answered(Measured measured) {
        outcomes.add(measured);
      }

      @Override
      public void refused(int status, String code, String message) {
        throw new ServerError(message);
      }
    };
  }

  private static void serve(Selector selector) throws IOException {
    if (selector.select(PATIENCE_MILLIS) == 0 && selector.selectedKeys().isEmpty()) {
      throw new IOException("no answer for " + PATIENCE_MILLIS / 1000 + " s");
    }
    for (SelectionKey key : selector.selectedKeys()) {
      @Nullable Object connection = key.attachment();
      if (connection instanceof BenchConnection ready) {
        ready.ready();
      }
    }
    selector.selectedKeys().clear();
  }

  /**
   * The bytes of a request.
   *
   * @param key of the application
   * @param body in JSON
   */
  public static byte[] request(int port, String key, String body) {
    return request(port, List.of(bearer(key)), body);
  }

  /** The header by which an application is known. */
  public static String bearer(String key) {
    return "Authorization: Bearer " + key;
  }

  private static byte[] request(int port, List<String> headers, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:"
            + port
            + "\r\n"
            + headers.stream().map(header -> header + "\r\n").collect(Collectors.joining())
            + "Content-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n";
    byte[] headBytes = head.getBytes(StandardCharsets.US_ASCII);
    byte[] request = new byte[headBytes.length + content.length];
    System.arraycopy(headBytes, 0, request, 0, headBytes.length);
    System.arraycopy(content, 0, request, headBytes.length, content.length);
    return request;
  }
}
