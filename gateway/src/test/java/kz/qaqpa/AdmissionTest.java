package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Keys and caps over a real socket. */
class AdmissionTest {

  @Test
  void withoutAKnownKey_nothingIsDone() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      for (String header :
          new @Nullable String[] {
            null,
            "",
            "Bearer",
            "Bearer ",
            "Bearer qpk_wrong",
            "Basic " + TestGateway.KEY,
            "Bearer " + "k".repeat(2000),
            TestGateway.KEY
          }) {
        var request = gateway.request("/v1/chat/completions", null);
        if (header != null) {
          request.header("Authorization", header);
        }
        HttpResponse<String> response =
            gateway.send(request.POST(BodyPublishers.ofString("not even JSON")).build());
        assertThat(response.statusCode()).isEqualTo(401);
        assertThat(response.body())
            .contains("\"code\":\"invalid_api_key\"")
            .doesNotContain("qpk_w");
        assertThat(response.headers().firstValue("www-authenticate")).hasValue("Bearer");
      }
      assertThat(gateway.send(gateway.request("/v1/models", null).build()).statusCode())
          .isEqualTo(401);
      assertThat(gateway.gateway().engine().stats().promptTokens()).isZero();
    }
  }

  @Test
  void beyondTheCap_is429_andTheCapIsUsableToTheLast() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
      for (int i = 0; i < TestGateway.MAX_STREAMS; i++) {
        running.add(
            gateway
                .client()
                .sendAsync(
                    gateway
                        .request("/v1/chat/completions", TestGateway.KEY)
                        .POST(BodyPublishers.ofString(TestGateway.chat("a", "\"stream\":true")))
                        .build(),
                    BodyHandlers.ofString()));
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == TestGateway.MAX_STREAMS);
      HttpResponse<String> refused = gateway.post(TestGateway.chat("a", ""));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
      assertThat(refused.body())
          .contains("\"code\":\"rate_limit_exceeded\"")
          .contains("concurrentStreams of application development: 49 (expected: at most 48 now)");
      steps.release(1_000_000);
      for (CompletableFuture<HttpResponse<String>> answer : running) {
        assertThat(Sse.text(Sse.chunks(answer.get().body()))).isEqualTo("иә");
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
    }
  }
}
