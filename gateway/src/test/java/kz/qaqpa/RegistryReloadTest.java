package kz.qaqpa;

import static kz.qaqpa.fixture.AgenciesYaml.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.identity.Identities;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.AgenciesYaml;
import kz.qaqpa.fixture.LogLines;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.http.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What becomes of requests, streams and sessions when {@code agencies.yaml} changes under them. */
class RegistryReloadTest {
  private static final String OLD = "qpk_old_key_of_the_application";
  private static final String NEW = "qpk_new_key_of_the_application";
  private static final String STREAM = "\"stream\":true";

  private final AgenciesYaml file;

  RegistryReloadTest(@TempDir Path folder) {
    this.file = new AgenciesYaml(folder);
  }

  @Test
  void keysAreExchanged_whileAStreamRuns() throws Exception {
    file.application("chat", "keys: [" + key(OLD) + "]").write();
    try (TestGateway gateway = gateway(Script.saying("қазақ тілі"))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      CompletableFuture<HttpResponse<String>> running = send(gateway, OLD, STREAM);
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      assertThat(status(gateway, NEW)).isEqualTo(401);

      file.again().application("chat", "keys: [" + key(OLD) + ", " + key(NEW) + "]").write();
      TestGateway.await(() -> status(gateway, NEW) == 200);
      assertThat(status(gateway, OLD)).isEqualTo(200);

      file.again()
          .application("chat", "keys: [" + key(OLD, "revoked: true") + ", " + key(NEW) + "]")
          .write();
      TestGateway.await(() -> status(gateway, OLD) == 401);
      assertThat(get(gateway, OLD, "/v1/models").body())
          .contains("Authorization: revoked API key (expected: a valid one)")
          .contains("\"code\":\"invalid_api_key\"");

      file.again().application("other").write(); // The application is gone, its stream is not.
      TestGateway.await(() -> status(gateway, NEW) == 401);
      assertThat(running).isNotDone();
      steps.release(100_000);
      assertThat(Sse.text(Sse.chunks(running.get().body()))).isEqualTo("қазақ тілі");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void limitsChange_andWhatWasCountedStays() throws Exception {
    file.application("chat", "limits: {tokensPerMonth: 100000}", "keys: [" + key(OLD) + "]")
        .write();
    try (TestGateway gateway = gateway(Script.saying("қазақ"))) {
      assertThat(left(gateway)).isEqualTo(100_000);
      send(gateway, OLD, "").get();
      gateway.awaitNothingLeft(); // It is settled now.
      long used = 100_000 - left(gateway);
      assertThat(used).isPositive();
      file.again()
          .application("chat", "limits: {tokensPerMonth: 90000}", "keys: [" + key(OLD) + "]")
          .write();
      TestGateway.await(() -> left(gateway) == 90_000 - used);
      file.again()
          .application("chat", "limits: {tokensPerMonth: 20}", "keys: [" + key(OLD) + "]")
          .write();
      TestGateway.await(() -> send(gateway, OLD, "").join().statusCode() == 429);
    }
  }

  /** Of the only window with a limit, as the book has it after a request that uses nothing. */
  private static long left(TestGateway gateway) {
    try {
      assertThat(
              gateway
                  .send(
                      gateway
                          .request("/tokenize", OLD)
                          .POST(BodyPublishers.ofString("{\"prompt\":\"a\"}"))
                          .build())
                  .statusCode())
          .isEqualTo(200);
      return Objects.requireNonNull(
              gateway.gateway().gate().quotas().read("minfin", "chat").block())
          .stream()
          .filter(reading -> reading.limit() < Long.MAX_VALUE)
          .mapToLong(reading -> reading.limit() - reading.settled() - reading.reserved())
          .sum();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWithdrawnKeyEndsItsSessions_onceTheirResponsesAreDone() throws Exception {
    file.application("chat", "keys: [" + key(OLD) + "]")
        .application("other", "keys: [" + key(NEW) + "]")
        .write();
    try (TestGateway gateway = gateway(Script.saying("қазақ тілі"));
        WsRaw idle = open(gateway, OLD);
        WsRaw busy = open(gateway, OLD);
        WsRaw other = open(gateway, NEW)) {
      String ticket = ticket(gateway, OLD);
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      busy.create("a", "").create("b", "");
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);

      file.again()
          .application("chat", "keys: [" + key(OLD, "revoked: true") + "]")
          .application("other", "keys: [" + key(NEW) + "]")
          .write();
      JsonNode told = idle.event().json();
      assertThat(told.path("type").asString()).isEqualTo("error");
      assertThat(told.path("error").path("code").asString()).isEqualTo("invalid_api_key");
      assertThat(told.path("error").path("message").asString())
          .isEqualTo("connection: opened with what is no longer valid (expected: a new one)");
      assertThat(idle.read().code()).isEqualTo(1008);

      // What waited is refused, what runs is not touched.
      List<JsonNode> events = busy.until("error");
      assertThat(events.getLast().path("status").asInt()).isEqualTo(401);
      busy.create("c", "");
      assertThat(busy.until("error").getLast().path("status").asInt()).isEqualTo(401);
      steps.release(100_000);
      assertThat(WsRaw.text(busy.until("response.completed"))).isEqualTo("қазақ тілі");
      assertThat(busy.until("error").getLast().path("status").asInt()).isEqualTo(401);
      assertThat(busy.read().code()).isEqualTo(1008);

      assertThat(handshake(gateway, "Sec-WebSocket-Protocol: qaqpa.ticket." + ticket))
          .startsWith("HTTP/1.1 401 ");
      assertThat(handshake(gateway, "Authorization: Bearer " + OLD)).startsWith("HTTP/1.1 401 ");
      assertThat(WsRaw.text(other.create("a", "").until("response.completed")))
          .isEqualTo("қазақ тілі");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void sessionsEndWithTheTimeOfTheirKey_andFollowWhatTheirApplicationMayDo() throws Exception {
    file.application("chat", "keys: [" + key(OLD) + "]").write();
    try (TestGateway gateway = gateway(Script.saying("қазақ"));
        WsRaw client = open(gateway, OLD)) {
      client.create("a", "").until("response.completed");
      file.again().application("chat", "models: [other]", "keys: [" + key(OLD) + "]").write();
      TestGateway.await(() -> modelIsRefused(client));
      Instant end = Instant.now().plus(Duration.ofSeconds(6));
      file.again().application("chat", "keys: [" + key(OLD, "expires: " + end) + "]").write();
      TestGateway.await(() -> !modelIsRefused(client));
      assertThat(client.until("error").getLast().path("status").asInt()).isEqualTo(401);
      assertThat(client.read().code()).isEqualTo(1008);
      assertThat(Instant.now()).isAfterOrEqualTo(end);
      assertThat(get(gateway, OLD, "/v1/models").body()).contains("expired API key");
    }
  }

  private static boolean modelIsRefused(WsRaw client) {
    try {
      client.create("a", "");
      JsonNode event = client.event().json();
      while (!List.of("error", "response.completed").contains(event.path("type").asString())) {
        event = client.event().json();
      }
      return event.path("error").path("code").asString().equals("model_not_allowed");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aWrongFileIsTold_andTheServerStaysReady() throws Exception {
    file.application("chat", "keys: [" + key(OLD) + "]").write();
    try (LogLines log = new LogLines();
        TestGateway gateway = gateway(Script.saying("қазақ"))) {
      assertThat(get(gateway, null, "/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
      assertThat(get(gateway, null, "/metrics").body())
          .contains("qaqpa_registry_stale 0.0", "reloads_total{outcome=\"applied\"} 0.0");
      file.write("agencies:\n  - id: minfin\n    nane: x\n");
      TestGateway.await(() -> ready(gateway).contains("details"));
      HttpResponse<String> ready = get(gateway, null, "/readyz");
      assertThat(ready.statusCode()).isEqualTo(200);
      assertThat(ready.body())
          .startsWith("{\"status\":\"ready\",\"details\":[\"agencies.yaml: wrong since ")
          .contains("what held before holds on; the log has 2 problems")
          .doesNotContain("nane");
      assertThat(get(gateway, null, "/metrics").body())
          .contains("qaqpa_registry_stale 1.0", "reloads_total{outcome=\"refused\"} 1.0");
      assertThat(log.await("agencies.yaml:3: agencies[0].nane: unknown key")).contains("ERROR");
      assertThat(status(gateway, OLD)).isEqualTo(200);

      file.again().application("chat", "keys: [" + key(NEW) + "]").write();
      TestGateway.await(() -> status(gateway, NEW) == 200);
      assertThat(get(gateway, null, "/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
      assertThat(get(gateway, null, "/metrics").body())
          .contains("qaqpa_registry_stale 0.0", "reloads_total{outcome=\"applied\"} 1.0");
    }
  }

  @Test
  void modelsThatAreNotAllowedAreForbidden() throws Exception {
    file.application("chat", "models: [kazllm, qolda]", "keys: [" + key(OLD) + "]").write();
    try (TestGateway gateway = gateway(Script.saying("қазақ"))) {
      String body = TestGateway.chat("a", "");
      for (String path :
          List.of("/v1/chat/completions", "/v1/completions", "/v1/responses", "/tokenize")) {
        String sent =
            switch (path) {
              case "/v1/chat/completions" -> body;
              case "/v1/responses" -> "{\"model\":\"kaz-mini\",\"input\":\"a\"}";
              default -> "{\"model\":\"kaz-mini\",\"prompt\":\"a\"}";
            };
        HttpResponse<String> refused =
            gateway.send(gateway.request(path, OLD).POST(BodyPublishers.ofString(sent)).build());
        assertThat(refused.statusCode()).as(path).isEqualTo(403);
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
        assertThat(refused.body())
            .contains("\"code\":\"model_not_allowed\"")
            .contains("(expected: one of [kazllm, qolda], for application chat)");
      }
      HttpResponse<String> unknown =
          gateway.send(
              gateway
                  .request("/v1/chat/completions", OLD)
                  .POST(BodyPublishers.ofString(body.replace("kaz-mini", "nobody")))
                  .build());
      assertThat(unknown.statusCode()).isEqualTo(404);
      assertThat(get(gateway, OLD, "/v1/models").body()).contains("\"data\":[]");
      assertThat(get(gateway, OLD, "/v1/models/kaz-mini").statusCode()).isEqualTo(403);
      assertThat(gateway.gateway().engine().stats().promptTokens()).isZero();
    }
  }

  @Test
  void answersEndAtTheDeadlineOfTheirApplication() throws Exception {
    file.application("chat", "deadline: 1s", "keys: [" + key(OLD) + "]")
        .application("patient", "keys: [" + key(NEW) + "]")
        .write();
    try (TestGateway gateway = gateway(Script.saying("қазақ тілі"))) {
      Semaphore steps = new Semaphore(0);
      Semaphore begun = new Semaphore(0);
      gateway
          .engine()
          .beforeStep(_ -> {
            begun.release();
            steps.acquireUninterruptibly();
          });
      CompletableFuture<HttpResponse<String>> hasty = send(gateway, OLD, "");
      assertThat(begun.tryAcquire(60, TimeUnit.SECONDS)).isTrue();
      Instant end = Instant.now().plusSeconds(1); // Of what has begun by now.
      CompletableFuture<HttpResponse<String>> patient = send(gateway, NEW, "");
      TestGateway.await(() -> Instant.now().isAfter(end));
      steps.release(100_000);
      assertThat(hasty.get().statusCode()).isEqualTo(504);
      assertThat(hasty.get().body()).contains("\"code\":\"deadline_exceeded\"");
      assertThat(Sse.content(patient.get().body())).isEqualTo("қазақ тілі");
    }
  }

  private TestGateway gateway(PseudoModel model) {
    Identities identities = Identities.open(file.registry(), IdentityFile.none());
    return TestGateway.known(model, identities, TlsSettings.off());
  }

  private static CompletableFuture<HttpResponse<String>> send(
      TestGateway gateway, String key, String more) {
    return gateway
        .client()
        .sendAsync(
            gateway
                .request("/v1/chat/completions", key)
                .POST(BodyPublishers.ofString(TestGateway.chat("a", more)))
                .build(),
            BodyHandlers.ofString());
  }

  private static String ready(TestGateway gateway) {
    try {
      return get(gateway, null, "/readyz").body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int status(TestGateway gateway, String key) {
    try {
      return get(gateway, key, "/v1/models").statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static HttpResponse<String> get(TestGateway gateway, @Nullable String key, String path)
      throws Exception {
    return gateway.send(gateway.request(path, key).build());
  }

  private static String ticket(TestGateway gateway, String key) throws Exception {
    String body =
        gateway
            .send(gateway.request("/v1/ws-tickets", key).POST(BodyPublishers.noBody()).build())
            .body();
    return JsonMapper.shared().readTree(body).path("ticket").asString();
  }

  private static WsRaw open(TestGateway gateway, String key) throws Exception {
    WsRaw client = WsRaw.handshake(gateway.address(), "Authorization: Bearer " + key + "\r\n");
    assertThat(client.head()).startsWith("HTTP/1.1 101 ");
    return client;
  }

  private static String handshake(TestGateway gateway, String header) throws Exception {
    try (WsRaw client = WsRaw.handshake(gateway.address(), header + "\r\n")) {
      return client.head();
    }
  }
}
