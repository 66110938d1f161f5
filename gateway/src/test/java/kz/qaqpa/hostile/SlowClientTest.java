package kz.qaqpa.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.fixture.H2Client;
import kz.qaqpa.fixture.H2Stream;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that send or read as slowly as they can. */
class SlowClientTest {
  private static final int CONTEXT = 1 << 16;
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.of(
            Script.repeating("қазақ "),
            Script.model(CONTEXT),
            http ->
                HttpTuning.of(http)
                    .headTimeout(Duration.ofMillis(1500))
                    .bodyTimeout(Duration.ofMillis(1500))
                    .sendTimeout(Duration.ofMillis(2500))
                    .settings());
  }

  @AfterEach
  void stillServes() throws Exception {
    assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":3")).statusCode()).isEqualTo(200);
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    LeakRecorder.assertNone();
  }

  /** A byte now and then, which keeps an idle timeout from firing. */
  @Test
  void headsThatDrip_loseTheirConnection() throws Exception {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clients.add(new RawClient(gateway.address()).send("G"));
    }
    String rest = "ET /livez HTTP/1.1\r\nHost: a\r\nX: ";
    TestGateway.await(() -> gone(clients.getFirst(), rest));
    for (RawClient client : clients) {
      assertThat(client.readAllOrReset()).isEmpty();
      client.close();
    }
  }

  @Test
  void bodiesThatDrip_are408() throws Exception {
    try (RawClient length = new RawClient(gateway.address());
        RawClient chunks = new RawClient(gateway.address())) {
      length.send(RawClient.head(1000));
      chunks.send(RawClient.head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
      TestGateway.await(() -> gone(length, "{") && gone(chunks, "1\r\n{\r\n"));
    }
    try (RawClient silent = new RawClient(gateway.address())) {
      assertThat(silent.send(RawClient.head(1000)).readAllOrReset())
          .startsWith("HTTP/1.1 408 ")
          .contains("request_timeout")
          .containsIgnoringCase("x-should-retry: true");
    }
  }

  /** The engine stops working for it at once; after the send timeout nothing of it is left. */
  @Test
  void streamsThatNobodyReads_areEnded() throws Exception {
    try (RawClient stuck = new RawClient(gateway.address(), 4096)) {
      stuck.chat(TestGateway.chat("a", "\"stream\":true"));
      TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
    }
  }

  @Test
  void wholeAnswersThatNobodyReads_areEnded() throws Exception {
    try (RawClient stuck = new RawClient(gateway.address(), 4096)) {
      // More than sockets hold: each answer is some 200 KB.
      String body = TestGateway.chat("a", "\"max_tokens\":40000");
      for (int i = 0; i < 60; i++) {
        stuck.chat(body);
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      gateway.awaitNothingLeft(Duration.ofSeconds(60));
    }
  }

  @Test
  void http2StreamsThatNobodyReads_areReset_othersGoOn() throws Exception {
    try (H2Client client = new H2Client(gateway.address())) {
      H2Stream stuck = client.stream(false).chat(TestGateway.chat("a", "\"stream\":true"));
      TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      assertThat(client.chat(TestGateway.chat("b", "\"max_tokens\":3")).status()).isEqualTo(200);
      stuck.reset();
    }
  }

  /** Slow, but reading: nobody is cut off for that. */
  @Test
  void whoReadsALittleNowAndThen_isServedToTheEnd() throws Exception {
    try (RawClient slow = new RawClient(gateway.address(), 4096)) {
      slow.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":3000"));
      String answer = slow.readSlowly(64 << 10, Duration.ofMillis(20), "[DONE]");
      assertThat(answer).endsWith("data: [DONE]\n\n\r\n0\r\n\r\n");
    }
  }

  private static boolean gone(RawClient client, String more) {
    try {
      client.send(more);
      LockSupport.parkNanos(20_000_000); // What makes it slow.
      return false;
    } catch (java.io.IOException closed) {
      return true;
    }
  }
}
