package kz.qaqpa.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** HTTP/1.1 that is none, over raw sockets. */
class HostileHttpTest {
  private static final String POST =
      "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
          + "Authorization: Bearer "
          + TestGateway.KEY
          + "\r\n";

  /** What a front server may take for the next request, or for a body. */
  private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.tuned(
            Script.saying("иә"),
            http ->
                HttpTuning.of(http)
                    .headTimeout(Duration.ofSeconds(2))
                    .bodyTimeout(Duration.ofSeconds(2))
                    .settings());
  }

  @AfterEach
  void stillServes() throws Exception {
    assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    LeakRecorder.assertNone();
  }

  static List<String> ambiguous() {
    return List.of(
        POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        POST + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        POST + "Content-Length: 5, 5\r\n\r\nabcde",
        POST + "Content-Length: 5, 6\r\n\r\nabcde",
        POST + "Content-Length: -1\r\n\r\n",
        POST + "Content-Length: +5\r\n\r\nabcde",
        POST + "Content-Length: 0x5\r\n\r\nabcde",
        POST + "Content-Length: 5a\r\n\r\nabcde",
        POST + "Content-Length: \r\n\r\nabcde",
        POST + "Content-Length: 99999999999999999999\r\n\r\nabcde",
        POST + "Content-Length : 5\r\n\r\nabcde",
        POST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n-5\r\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n+5\r\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcdeXX0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n5\nabcde\r\n0\r\n\r\n",
        POST + "Transfer-Encoding: chunked\r\n\r\n\r\nabcde\r\n0\r\n\r\n",
        POST.replace("\r\n", "\n") + "Content-Length: 0\n\n",
        POST + "X: a\nContent-Length: 5\r\n\r\nabcde",
        POST + "X: a\rContent-Length: 5\r\n\r\nabcde",
        POST + "Bad\u0000Name: a\r\nContent-Length: 0\r\n\r\n",
        POST + "Bad Name: a\r\nContent-Length: 0\r\n\r\n",
        POST + ": a\r\nContent-Length: 0\r\n\r\n",
        POST + "NoColon\r\nContent-Length: 0\r\n\r\n",
        POST.replace("Host: a\r\n", "") + "Content-Length: 5\r\n\r\nabcde",
        POST + "Host: b\r\nContent-Length: 5\r\n\r\nabcde",
        POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GARBAGE\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n",
        "GET /livez HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET /livez\r\n\r\n",
        "GET  HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
  }

  /** At most one answer, an error; nothing behind it is read. */
  @ParameterizedTest
  @MethodSource("ambiguous")
  void ambiguousRequests_areRefused_andClosed(String request) throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      String answer = client.send(request + SMUGGLED).readAllOrReset();
      assertThat(answer).doesNotContain("smuggled").doesNotContain("HTTP/1.1 200");
      if (!answer.isEmpty()) {
        assertThat(answer).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1");
        error(answer);
      }
    }
  }

  /** RFC 9112, section 5.2: a fold is a space; so it never begins a header of its own. */
  @ParameterizedTest
  @ValueSource(strings = {" ", "\t", "  \t"})
  void foldedHeaders_areOneHeader(String fold) throws Exception {
    String body = TestGateway.chat("a", "");
    String folded = "X: a\r\n" + fold + "Transfer-Encoding: chunked\r\n";
    try (RawClient client = new RawClient(gateway.address())) {
      String head = RawClient.head(body.length()).replace("Content-Type", folded + "Content-Type");
      assertThat(client.send(head + body).readUntil("\"}}")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void longHeads_areNamed() throws Exception {
    String line = "GET /" + "a".repeat(40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n";
    assertThat(once(line)).startsWith("HTTP/1.1 414 ").contains("uri_too_long", "32768 bytes");
    String header = "GET /livez HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(40_000) + "\r\n\r\n";
    assertThat(once(header)).startsWith("HTTP/1.1 431 ").contains("headers_too_large");
    String many = "GET /livez HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(10_000) + "\r\n";
    assertThat(once(many)).startsWith("HTTP/1.1 431 ").contains("headers_too_large");
    String fits = "GET /livez HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(32_000) + "\r\n";
    assertThat(once(fits + "Connection: close\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(gateway.get("/metrics").body())
        .contains("headers_too_large", "uri_too_long", "malformed_request");
  }

  @Test
  void aBadRequestBehindGoodOnes_isAnsweredInItsTurn() throws Exception {
    String good = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    String answers = once(good + good + "GARBAGE\r\n\r\n" + SMUGGLED);
    assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(4);
    assertThat(answers.lastIndexOf("HTTP/1.1 200 ")).isLessThan(answers.indexOf("HTTP/1.1 400 "));
    assertThat(answers).doesNotContain("smuggled");
  }

  @Test
  void pipelinedChats_areAnsweredInOrder_andABreakInTheMiddleEndsThem() throws Exception {
    String body = TestGateway.chat("a", "");
    String chat = RawClient.head(body.length()) + body;
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(chat.repeat(5) + POST + "Content-Length: x\r\n\r\n" + SMUGGLED);
      String answers = client.readAllOrReset();
      assertThat(answers).doesNotContain("smuggled");
      assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(6);
    }
  }

  /** A good request, cut at every place: what is left of it leaves nothing behind. */
  @Test
  void truncatedRequests_leaveNothing() throws Exception {
    String body = TestGateway.chat("a", "\"stream\":true");
    String chat = RawClient.head(body.length()) + body;
    for (int length = 0; length < chat.length(); length += TestSize.isLong() ? 1 : 7) {
      try (RawClient client = new RawClient(gateway.address())) {
        client.send(chat.substring(0, length));
      }
    }
    gateway.awaitNothingLeft();
  }

  /** Random damage to good requests: an answer of ours or an end, and never 500. */
  @Test
  void damagedRequests_areAnsweredOrClosed() {
    String body = TestGateway.chat("a", "\"max_tokens\":3");
    String good = RawClient.head(body.length()) + body;
    Seeds.forRandom(
        TestSize.tries(300, 20_000),
        random -> {
          try (RawClient client = new RawClient(gateway.address())) {
            client.send(damaged(good, random)).finish();
            String answer = client.readAllOrReset();
            assertThat(answer).doesNotContain("HTTP/1.1 5");
          }
        });
  }

  private static String damaged(String good, RandomGenerator random) {
    StringBuilder text = new StringBuilder(good);
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.insert(at, (char) random.nextInt(256));
        case 2 -> text.deleteCharAt(at);
        default -> text.insert(at, text.substring(at, Math.min(text.length(), at + 20)));
      }
    }
    return text.toString();
  }

  private static String once(String request) throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      return client.send(request).readAllOrReset();
    }
  }

  private static void error(String answer) {
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    JsonNode error = JsonMapper.shared().readTree(body).path("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT))
        .contains("x-should-retry: false", "x-request-id: req-", "connection: close");
    assertThat(Stream.of("malformed_request", "invalid_body", "missing_required_parameter"))
        .contains(error.path("code").asString());
  }
}
