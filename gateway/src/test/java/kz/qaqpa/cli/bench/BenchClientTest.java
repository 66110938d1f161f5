package kz.qaqpa.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import kz.qaqpa.cli.bench.BenchClient.Result;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchClientTest {
  private final Set<String> bodies = Collections.synchronizedSet(new TreeSet<>());
  private final Set<String> connections = Collections.synchronizedSet(new TreeSet<>());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpServer server;
  private volatile String end = "data: [DONE]\n\n";
  private volatile int status = 200;

  BenchClientTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.setExecutor(threads);
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  @Test
  void asksEveryQuestionOnceOverItsStreamsAndCountsTokens() throws IOException {
    List<String> questions = IntStream.range(0, 50).mapToObj(i -> "{\"q\":" + i + "}").toList();

    Result result =
        BenchClient.run(
            server.getAddress().getPort(), List.of(BenchClient.bearer("qpk_x")), 8, questions);

    assertThat(bodies).containsExactlyInAnyOrderElementsOf(questions);
    assertThat(connections).hasSizeLessThanOrEqualTo(8);
    assertThat(result.requests()).hasSize(50);
    assertThat(result.outputTokens()).isEqualTo(50 * 7);
    assertThat(result.promptTokens()).isEqualTo(50 * 3);
    assertThat(result.requests())
        .allSatisfy(
            one -> assertThat(one.ttftNanos()).isPositive().isLessThanOrEqualTo(one.totalNanos()));
    assertThat(result.ttftMillis()).hasSize(50);
  }

  @Test
  void whatTheServerDoesWrongEndsTheRun() {
    int port = server.getAddress().getPort();
    end = "";
    assertThatThrownBy(() -> BenchClient.run(port, List.of(), 1, List.of("{}")))
        .hasMessage("an answer ended without [DONE]");
    end = "data: {\"error\":{\"message\":\"engine failed\"}}\n\n";
    assertThatThrownBy(() -> BenchClient.run(port, List.of(), 1, List.of("{}")))
        .hasMessage("engine failed");
    status = 503;
    assertThatThrownBy(() -> BenchClient.run(port, List.of(), 1, List.of("{}")))
        .hasMessageStartingWith("the server answered HTTP/1.1 503");
  }

  @Test
  void percentilesAreByNearestRank() {
    assertThat(Samples.median(3, 1, 2)).isEqualTo(2);
    assertThat(Samples.percentile(99, 1, 2, 3)).isEqualTo(3);
    assertThat(Samples.percentile(50, 4, 1)).isEqualTo(1);
    assertThat(Samples.percentile(1, 5)).isEqualTo(5);
    assertThat(Samples.percentile(50)).isNaN();
  }

  @Test
  void requestsDifferAndPrefixesHaveTheirLength() throws IOException {
    Path root = Path.of(System.getProperty("qaqpa.root"));
    Tokenizer tokenizer = BpeTokenizer.load(root.resolve("config/models/kaz-mini"));
    Workload work = Workload.read("kaz", root.resolve("config/prompts/kazakh.jsonl"));

    assertThat(work.distinct(500, 9)).doesNotHaveDuplicates().allMatch(b -> b.contains("\"kaz\""));
    assertThat(systemMessages(work.prefixed(tokenizer, true, 5, 500, 4))).hasSize(1);
    assertThat(systemMessages(work.prefixed(tokenizer, false, 5, 500, 4)))
        .hasSize(5)
        .allSatisfy(text ->
            assertThat(tokenizer.encode(text, Tokenizer.SpecialTokens.AS_TEXT).length)
                .isCloseTo(510, within(10)));
  }

  private static Set<String> systemMessages(List<String> bodies) {
    Set<String> texts = new TreeSet<>();
    for (String body : bodies) {
      JsonNode messages = JsonMapper.builder().build().readTree(body).path("messages");
      assertThat(messages.path(0).path("role").asString()).isEqualTo("system");
      texts.add(messages.path(0).path("content").asString());
    }
    return texts;
  }

  private void answer(HttpExchange exchange) throws IOException {
    bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    connections.add(String.valueOf(exchange.getRemoteAddress().getPort()));
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(status, 0);
    try (OutputStream stream = exchange.getResponseBody()) {
      write(stream, "data: {\"choices\":[{\"delta\":{\"content\":\"\"}}]}\n\n: ping\n");
      write(stream, "data: {\"choices\":[{\"delta\":{\"content\":\"сө");
      write(stream, "з\"}}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,");
      write(stream, "\"completion_tokens\":7}}\n\n" + end);
    }
  }

  private static void write(OutputStream stream, String text) throws IOException {
    stream.write(text.getBytes(StandardCharsets.UTF_8));
    stream.flush();
  }
}
