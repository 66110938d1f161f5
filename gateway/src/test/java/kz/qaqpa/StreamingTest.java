package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.HttpSettings;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What happens to a stream after its status was sent. */
class StreamingTest {

  @Test
  void theFirstEvent_isSentBeforeTheFirstToken() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        assertThat(client.readUntil("\"role\":\"assistant\"")).startsWith("HTTP/1.1 200 OK");
        steps.release(1000);
        client.readUntil("[DONE]");
      }
    }
  }

  @Test
  void theFirstByteOfACompletion_isSentBeforeTheFirstToken() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.after("a", "иә"))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      String body = "{\"model\":\"kaz-mini\",\"prompt\":\"a\",\"stream\":true}";
      try (RawClient client = new RawClient(gateway.address())) {
        client
            .send(RawClient.head(body.length()).replace("/chat/completions", "/completions"))
            .send(body);
        assertThat(client.readUntil(": ping\n")).startsWith("HTTP/1.1 200 OK");
        steps.release(1000);
        assertThat(client.readUntil("[DONE]")).contains("\"и\"", "\"ә\"");
      }
    }
  }

  @Test
  void anErrorIsTheLastEvent_andEndsTheAnswer_onAConnectionThatGoesOn() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      failAt(gateway.engine(), 5);
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true,\"n\":3"));
        String stream = client.readUntil("\r\n0\r\n\r\n");
        assertThat(stream.split("\\{\"error\":", -1)).hasSize(2);
        assertThat(stream.substring(stream.indexOf("{\"error\":")))
            .endsWith("}}\n\n\r\n0\r\n\r\n")
            .doesNotContain("choices");
        client.chat(TestGateway.chat("a", "\"max_tokens\":2"));
        assertThat(client.readUntil("\"usage\"")).contains("HTTP/1.1 200 OK");
      }
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void silence_isFilledWithComments_ofOneLine() throws Exception {
    UnaryOperator<HttpSettings> chatty =
        http -> HttpTuning.of(http).keepAlive(Duration.ofMillis(100)).settings();
    try (TestGateway gateway =
        TestGateway.of(Script.saying("иә"), Script.model(TestGateway.CONTEXT), chatty)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        assertThat(client.readUntil(": ping\n")).doesNotContain(": ping\n\n");
        steps.release(1000);
        assertThat(client.readUntil("[DONE]")).contains("\"и\"").contains("\"ә\"");
      }
    }
  }

  @Test
  void engineFault_isAnErrorEvent_withoutDone() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      failAt(gateway.engine(), 5);
      String stream = gateway.post(TestGateway.chat("a", "\"stream\":true")).body();
      List<JsonNode> events = Sse.events(stream);
      JsonNode error = events.getLast().path("error");
      assertThat(error.propertyNames())
          .containsExactlyInAnyOrder("message", "type", "param", "code");
      assertThat(error.path("code").asString()).isEqualTo("engine_failed");
      assertThat(stream).doesNotContain("[DONE]");
      gateway.awaitNothingLeft();
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":3")).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void engineFault_ofAWholeAnswer_is503() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      failAt(gateway.engine(), 5);
      var response = gateway.post(TestGateway.chat("a", ""));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("\"code\":\"engine_failed\"");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void brokenEngine_turnsUnready_andSaysWhy() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      assertThat(gateway.get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
      gateway
          .engine()
          .beforeStep(_ -> {
            throw new EngineFault.Fatal("broken", null);
          });
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(503);
      TestGateway.await(() -> !gateway.gateway().engine().pulse().alive());
      var ready = gateway.get("/readyz");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body()).contains("engine: stopped after a failure");
      assertThat(gateway.get("/livez").statusCode()).isEqualTo(200);
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(503);
    }
  }

  @Test
  void aClientThatDoesNotRead_stallsItsOwnStreamOnly() throws Exception {
    try (TestGateway gateway =
        TestGateway.of(
            Script.repeating("қазақ "), Script.model(1 << 16), UnaryOperator.identity())) {
      try (RawClient stuck = new RawClient(gateway.address(), 4096)) {
        stuck.chat(TestGateway.chat("a", "\"stream\":true"));
        // A full socket takes a little more each time TCP probes the window, so it may run again.
        TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
        assertThat(gateway.post(TestGateway.chat("b", "\"max_tokens\":300")).body())
            .contains("\"completion_tokens\":300");
        TestGateway.await(() -> gateway.gateway().engine().stats().stalled() == 1);
        assertThat(gateway.gateway().engine().stats().running()).isEqualTo(1);
      }
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void stop_letsRunningAnswersFinish_andRefusesNewOnes() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        client.readUntil("\"role\":\"assistant\"");
        CompletableFuture<Void> stopping = stop(gateway, Duration.ofSeconds(10));
        TestGateway.await(() -> gateway.gateway().gate().draining());
        steps.release(1000);
        assertThat(client.readUntil("[DONE]")).contains("\"ә\"");
        stopping.get();
      }
    }
  }

  @Test
  void stop_endsWhatDoesNotFinish_withAnErrorEvent_inTime() throws Exception {
    try (TestGateway gateway =
        TestGateway.of(
            Script.repeating("қазақ "), Script.model(1 << 16), UnaryOperator.identity())) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        client.readUntil("\"role\":\"assistant\"");
        long start = System.nanoTime();
        CompletableFuture<Void> stopping = stop(gateway, Duration.ofSeconds(1));
        String rest = client.readAll();
        stopping.get();
        assertThat(rest).contains("\"code\":\"draining\"").doesNotContain("[DONE]");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
      }
    }
  }

  private static CompletableFuture<Void> stop(TestGateway gateway, Duration timeout) {
    return CompletableFuture.runAsync(() -> {
      try {
        gateway.gateway().stop(timeout);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
  }

  /** Fails one step, transiently. */
  private static void failAt(FakeEngine engine, int step) {
    engine.beforeStep(_ -> {
      if (engine.steps() == step) {
        engine.beforeStep(_ -> {});
        throw new EngineFault.Transient("scripted", null);
      }
    });
  }
}
