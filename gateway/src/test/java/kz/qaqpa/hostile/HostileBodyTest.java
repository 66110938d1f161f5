package kz.qaqpa.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import kz.qaqpa.fixture.H2Client;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bodies that are meant to break a parser, and that they cost nothing that stays. */
class HostileBodyTest {
  /** In every body below, where the text of a person would be. */
  private static final String SECRET = "QUPIYA";

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.of(Script.saying("иә"));
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

  static List<byte[]> bodies() {
    String good = TestGateway.chat(SECRET, "");
    return List.of(
        bytes(""),
        bytes("null"),
        bytes("\ufeff{}"),
        bytes(SECRET),
        bytes("\"" + SECRET + "\""),
        bytes(good.substring(0, good.length() - 1)),
        bytes(good + good),
        bytes(good.replace("}", ",}")),
        bytes(TestGateway.chat(SECRET, "\"temperature\":1e400")),
        bytes(TestGateway.chat(SECRET, "\"seed\":" + "9".repeat(100_000))),
        bytes(TestGateway.chat(SECRET, "\"temperature\":0." + "1".repeat(100_000))),
        bytes(TestGateway.chat(SECRET, "\"max_tokens\":1e9999999999")),
        bytes(TestGateway.chat(SECRET, "\"temperature\":NaN")),
        bytes(TestGateway.chat(SECRET, "\"temperature\":-Infinity")),
        bytes(TestGateway.chat(SECRET, "\"temperature\":0x1")),
        bytes(TestGateway.chat(SECRET, "\"temperature\":01")),
        bytes(TestGateway.chat(SECRET, "\"model\":\"kaz-mini\"")),
        bytes(TestGateway.chat(SECRET, "\"metadata\":{\"a\":\"1\",\"\\u0061\":\"2\"}")),
        bytes(TestGateway.chat(SECRET + "\\ud800", "")),
        bytes(TestGateway.chat(SECRET + "\\udc00\\ud800", "")),
        bytes(TestGateway.chat(SECRET + "\\u12", "")),
        bytes(TestGateway.chat(SECRET + "\u0000", "")),
        bytes(TestGateway.chat(SECRET + "\n", "")),
        latin(good.replace(SECRET, SECRET + "\u00c0\u00af")), // Overlong.
        latin(good.replace(SECRET, SECRET + "\u00ed\u00a0\u0080")), // A surrogate in UTF-8.
        latin(good.replace(SECRET, SECRET + "\u00f4\u0090\u0080\u0080")), // Beyond Unicode.
        latin(good.replace(SECRET, SECRET + "\u00d2")), // Half a letter.
        good.getBytes(StandardCharsets.UTF_16),
        bytes(TestGateway.chat(SECRET, "\"x\":" + "[".repeat(64) + "]".repeat(64))),
        bytes(TestGateway.chat(SECRET, "\"x\":" + "{\"a\":".repeat(64) + "1" + "}".repeat(64))),
        bytes("[".repeat(1_000_000)),
        bytes("{\"a\":".repeat(1_000_000)),
        bytes("{\"" + "a".repeat(1_000_000) + "\":1}"),
        bytes(
            "{\"model\":\"kaz-mini\",\"messages\":["
                + "{\"role\":\"user\",\"content\":\"QUPIYA\"},".repeat(10_000)
                + "{}]}"));
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void brokenBodies_areRefused_withoutTheirText(byte[] body) throws Exception {
    HttpResponse<String> answer = send(body, Map.of());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
    JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.path("message").asString())
        .contains(" (expected: ")
        .doesNotContain(SECRET)
        .hasSizeLessThan(300);
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("false");
  }

  @Test
  void deepJson_isReadDownToItsLimit() throws Exception {
    // One level is the body's own.
    String fits = TestGateway.chat("a", "\"x\":" + "[".repeat(63) + "]".repeat(63));
    assertThat(gateway.post(fits).statusCode()).isEqualTo(200);
    String deeper = TestGateway.chat("a", "\"x\":" + "[".repeat(64) + "]".repeat(64));
    assertThat(gateway.post(deeper).body()).contains("nested at most 64 deep");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"gzip", "GZIP", "deflate", "br", "zstd", "identity, gzip", "gzip, gzip", "x"})
  void encodedBodies_are415_andNeverUnpacked(String encoding) throws Exception {
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      gzip.write(new byte[64 << 20]);
    }
    HttpResponse<String> answer = send(bomb.toByteArray(), Map.of("Content-Encoding", encoding));
    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("Content-Encoding: ");
    byte[] plain = bytes(TestGateway.chat("a", ""));
    assertThat(send(plain, Map.of("Content-Encoding", "Identity")).statusCode()).isEqualTo(200);
  }

  /**
   * Heap and Netty's direct memory after N rounds of everything above against after 2 N. The bound
   * of 4 MiB is above what a collector leaves lying about; in the long run it is some 200 bytes for
   * each request. Pools and caches that fill once are full after N.
   */
  @Test
  void memoryStaysFlat() throws Exception {
    int rounds = TestSize.tries(12, 500);
    rounds(rounds);
    long[] once = memory();
    long[] grown = {Long.MAX_VALUE, Long.MAX_VALUE};
    // What leaks does so each time; what others of this JVM do in the background does not.
    for (int i = 0; i < 3 && Math.max(grown[0], grown[1]) >= 4 << 20; i++) {
      rounds(rounds);
      long[] twice = memory();
      grown = new long[] {twice[0] - once[0], twice[1] - once[1]};
      once = twice;
    }
    assertThat(grown[0]).as("heap").isLessThan(4 << 20);
    assertThat(grown[1]).as("direct").isLessThan(4 << 20);
  }

  private static void rounds(int rounds) throws Exception {
    List<byte[]> bodies = bodies().stream().filter(body -> body.length < 1 << 18).toList();
    for (int i = 0; i < rounds; i++) {
      try (H2Client h2 = new H2Client(gateway.address())) {
        for (byte[] body : bodies) {
          send(body, Map.of());
          h2.chat(new String(body, StandardCharsets.ISO_8859_1)).status();
        }
        h2.chat(TestGateway.chat("a", "\"stream\":true")).reset();
      }
      for (String raw : HostileHttpTest.ambiguous()) {
        try (RawClient client = new RawClient(gateway.address())) {
          client.send(raw);
        }
      }
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
      }
    }
    gateway.awaitNothingLeft();
  }

  private static long[] memory() {
    System.gc();
    System.gc();
    long direct =
        ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider
            ? provider.metric().usedDirectMemory()
            : 0;
    return new long[] {ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), direct};
  }

  private static HttpResponse<String> send(byte[] body, Map<String, String> headers)
      throws Exception {
    var request =
        gateway
            .request("/v1/chat/completions", TestGateway.KEY)
            .POST(BodyPublishers.ofByteArray(body));
    headers.forEach(request::setHeader);
    return gateway.send(request.build());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
