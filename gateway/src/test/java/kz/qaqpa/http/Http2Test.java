package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import kz.qaqpa.fixture.H2Client;
import kz.qaqpa.fixture.H2Stream;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpProtocol;

/** HTTP/2 in clear text: what works over HTTP/1.1 works over it. */
class Http2Test {
  private static final String STREAM = TestGateway.chat("a", "\"stream\":true");

  @Test
  void javasClient_upgrades_andStaysOnHttp2() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("қазақ тілі"));
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> first =
          client.send(gateway.request("/livez", null).build(), BodyHandlers.ofString());
      assertThat(first.version()).isEqualTo(Version.HTTP_2);
      assertThat(first.body()).contains("alive");
      HttpResponse<String> chat = post(client, gateway, STREAM);
      assertThat(chat.version()).isEqualTo(Version.HTTP_2);
      assertThat(chat.headers().firstValue("content-type")).hasValue("text/event-stream");
      assertThat(Sse.text(Sse.chunks(chat.body()))).isEqualTo("қазақ тілі");
      assertThat(Sse.text(Sse.chunks(gateway.post(STREAM).body()))).isEqualTo("қазақ тілі");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void anUpgradeWithABody_isAnsweredOnHttp11() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"));
        HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> chat = post(client, gateway, TestGateway.chat("a", ""));
      assertThat(chat.statusCode()).isEqualTo(200);
      assertThat(chat.version()).isEqualTo(Version.HTTP_1_1);
      assertThat(Sse.content(chat.body())).isEqualTo("иә");
    }
  }

  @Test
  void reactorsClient_hasPriorKnowledge() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("қазақ тілі"))) {
      String answer =
          reactor.netty.http.client.HttpClient.create()
              .protocol(HttpProtocol.H2C)
              .headers(headers -> headers.set("Authorization", "Bearer " + TestGateway.KEY))
              .post()
              .uri("http://127.0.0.1:" + gateway.address().getPort() + "/v1/chat/completions")
              .send(ByteBufFlux.fromString(Mono.just(STREAM)))
              .responseSingle((head, body) -> {
                assertThat(head.version().text()).isEqualTo("HTTP/2.0");
                return body.asString();
              })
              .block(Duration.ofSeconds(10));
      assertThat(Sse.text(Sse.chunks(String.valueOf(answer)))).isEqualTo("қазақ тілі");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void silence_isFilledWithComments() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).keepAlive(Duration.ofMillis(100)).settings());
        H2Client client = new H2Client(gateway.address())) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      H2Stream stream = client.chat(STREAM);
      assertThat(stream.readUntil(": ping\n")).doesNotContain(": ping\n\n");
      steps.release(1000);
      assertThat(stream.readUntil("[DONE]")).contains("\"и\"").contains("\"ә\"");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aStreamThatIsNotRead_stallsAlone() throws Exception {
    try (TestGateway gateway =
            TestGateway.of(
                Script.repeating("қазақ "), Script.model(1 << 16), UnaryOperator.identity());
        H2Client client = new H2Client(gateway.address())) {
      H2Stream stuck = client.stream(false).chat(STREAM);
      TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
      String beside = client.chat(TestGateway.chat("b", "\"max_tokens\":300")).readAll();
      assertThat(beside).contains("\"completion_tokens\":300");
      TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
      stuck.reset();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void largeBodies_are413_andTheConnectionGoesOn() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"));
        H2Client client = new H2Client(gateway.address())) {
      H2Stream large =
          client.stream()
              .head("POST", "/v1/chat/completions", false, "content-length", "8388609")
              .data(" ".repeat(10_000), false);
      assertThat(large.status()).isEqualTo(413);
      assertThat(large.readAll()).contains("8388609 bytes (expected: at most 8388608 bytes)");
      assertThat(String.valueOf(large.headers())).doesNotContain("connection");
      H2Stream endless = client.stream().head("POST", "/v1/chat/completions", false);
      for (int i = 0; i < 9; i++) {
        endless.data(" ".repeat(1 << 20), false);
      }
      assertThat(endless.status()).isEqualTo(413);
      assertThat(client.chat(TestGateway.chat("a", "")).status()).isEqualTo(200);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void bodiesThatDoNotCome_are408_andLeaveNoStreamOpen() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).bodyTimeout(Duration.ofSeconds(1)).settings());
        H2Client client = new H2Client(gateway.address())) {
      H2Stream slow = client.stream().head("POST", "/v1/chat/completions", false).data("{", false);
      assertThat(slow.status()).isEqualTo(408);
      assertThat(slow.readAll()).contains("request_timeout");
      slow.awaitClosed();
      assertThat(client.chat(TestGateway.chat("a", "")).status()).isEqualTo(200);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void idleTimeout_isForConnectionsWithoutStreams() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).idleTimeout(Duration.ofSeconds(1)).settings());
        H2Client client = new H2Client(gateway.address())) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      H2Stream silent = client.chat(TestGateway.chat("a", ""));
      try (H2Client idle = new H2Client(gateway.address())) {
        assertThat(idle.stream().head("GET", "/livez", true).status()).isEqualTo(200);
        assertThat(idle.awaitClosed()).isTrue();
      }
      try (H2Client idle = new H2Client(gateway.address())) {
        assertThat(idle.awaitClosed()).isTrue(); // One after the other: twice the idle time.
      }
      assertThat(client.isOpen()).isTrue();
      steps.release(1000);
      assertThat(silent.status()).isEqualTo(200);
      assertThat(client.awaitClosed()).isTrue();
    }
  }

  @Test
  void prefaceWithoutMore_losesItsConnection() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).headTimeout(Duration.ofMillis(200)).settings());
        kz.qaqpa.fixture.RawClient client = new kz.qaqpa.fixture.RawClient(gateway.address())) {
      client.send("PRI * HTTP/2.0\r\n");
      assertThat(client.readAll()).isEmpty();
    }
  }

  @Test
  void stop_letsStreamsFinish_andSendsOthersAway() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"));
        H2Client client = new H2Client(gateway.address())) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      H2Stream running = client.chat(STREAM);
      assertThat(running.status()).isEqualTo(200);
      CompletableFuture<Void> stop =
          CompletableFuture.runAsync(() -> {
            try {
              gateway.gateway().stop(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      assertThat(client.goneWith()).as("NO_ERROR").isZero();
      steps.release(1000);
      assertThat(running.readAll()).endsWith("data: [DONE]\n\n");
      stop.get(60, TimeUnit.SECONDS);
    }
  }

  private static HttpResponse<String> post(HttpClient client, TestGateway gateway, String body)
      throws Exception {
    return client.send(
        gateway
            .request("/v1/chat/completions", TestGateway.KEY)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
