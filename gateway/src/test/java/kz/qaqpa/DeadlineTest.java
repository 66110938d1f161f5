package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Deadlines of clients: what cannot be done in time is refused at once, on every transport. */
class DeadlineTest {
  private static final String HEADER = "x-request-deadline-ms";
  private static final int WAITING = 60;

  private static HttpResponse<String> post(
      TestGateway gateway, String path, String body, String millis) throws Exception {
    return gateway.send(
        gateway
            .request(path, TestGateway.KEY)
            .header(HEADER, millis)
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  /** A gateway whose steps take 4 ms, with far more requests than slots. */
  private static List<CompletableFuture<HttpResponse<String>>> fill(TestGateway gateway)
      throws Exception {
    gateway.engine().eachStepTakes(Duration.ofMillis(4));
    String answer = TestGateway.chat("a", "\"max_tokens\":100");
    List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
    for (int i = 0; i < 8; i++) { // So that it is known how long answers are and steps take.
      running.add(send(gateway, answer));
    }
    CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    String choices = TestGateway.chat("a", "\"max_tokens\":100,\"n\":8");
    for (int i = 0; i < WAITING / 8; i++) {
      running.add(send(gateway, choices));
    }
    TestGateway.await(() -> gateway.gateway().engine().stats().waiting() >= WAITING / 2);
    return running;
  }

  private static CompletableFuture<HttpResponse<String>> send(TestGateway gateway, String body) {
    return gateway
        .client()
        .sendAsync(
            gateway
                .request("/v1/chat/completions", TestGateway.KEY)
                .POST(BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static WsRaw handshake(TestGateway gateway, String millis) throws Exception {
    return WsRaw.handshake(
        gateway.address(),
        "Authorization: Bearer " + TestGateway.KEY + "\r\n" + HEADER + ": " + millis + "\r\n");
  }

  @Test
  void whatWouldBeTooLateIsRefusedAtOnceAndToldWhenToComeAgain() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      List<CompletableFuture<HttpResponse<String>>> running = fill(gateway);
      String soon = "1600"; // Four times what the answer takes by itself.
      for (String more : List.of("\"max_tokens\":100", "\"max_tokens\":100,\"stream\":true")) {
        HttpResponse<String> refused =
            post(gateway, "/v1/chat/completions", TestGateway.chat("b", more), soon);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.body()).contains("deadline_unreachable");
        assertThat(refused.headers().firstValue("x-should-retry")).hasValue("true");
        assertThat(refused.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 30L);
      }
      try (WsRaw client = handshake(gateway, soon)) {
        JsonNode error = client.create("b", "\"max_output_tokens\":100").event().json();
        assertThat(error.path("status").asInt()).as("%s", error).isEqualTo(503);
        assertThat(error.path("error").path("code").asString()).isEqualTo("deadline_unreachable");
      }
      HttpResponse<String> patient =
          post(gateway, "/v1/chat/completions", TestGateway.chat("b", "\"max_tokens\":5"), "60000");
      assertThat(patient.statusCode()).as(patient.body()).isEqualTo(200);
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void whatNoWaitingWouldHelpIsNotToComeAgain() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      List<CompletableFuture<HttpResponse<String>>> running = fill(gateway);
      HttpResponse<String> refused =
          post(gateway, "/v1/chat/completions", TestGateway.chat("b", "\"max_tokens\":100"), "20");
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(504);
      assertThat(refused.body()).contains("deadline_exceeded");
      assertThat(refused.headers().firstValue("x-should-retry")).hasValue("false");
      CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aDeadlineThatPassesEndsWhatRuns() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      gateway.engine().eachStepTakes(Duration.ofMillis(5));
      HttpResponse<String> late =
          post(gateway, "/v1/chat/completions", TestGateway.chat("b", ""), "300");
      assertThat(late.statusCode()).as(late.body()).isEqualTo(504);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void wrongHeadersAreNamed() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("a"))) {
      for (String wrong : List.of("0", "-5", "1.5", "soon", "86400001")) {
        HttpResponse<String> response =
            post(gateway, "/v1/chat/completions", TestGateway.chat("b", ""), wrong);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
            .contains(HEADER + ": ", "(expected: milliseconds, 1 to 86400000)");
      }
      HttpResponse<String> response =
          post(gateway, "/v1/responses", "{\"model\":\"kaz-mini\",\"input\":\"a\"}", "86400000");
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }
  }
}
