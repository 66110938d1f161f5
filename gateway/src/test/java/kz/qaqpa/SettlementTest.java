package kz.qaqpa;

import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.UsageRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written down of each request, and that no answer ends before it is. */
class SettlementTest {
  private static final String STREAM = "\"stream\":true";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/chat/completions | \"stream\":true | \"finish_reason\":\"stop\"",
        "/v1/chat/completions | \"n\":2 | \"usage\"",
        "/v1/completions | \"stream\":true | \"finish_reason\":\"stop\"",
        "/v1/completions | \"max_tokens\":9 | \"usage\"",
        "/v1/responses | \"stream\":true | response.completed",
        "/v1/responses | \"temperature\":0 | \"usage\"",
      })
  void theEnd_comesAfterTheRecord(String path, String more, String end) throws Exception {
    Sinks.Empty<Void> disk = Sinks.empty();
    CompletableFuture<UsageRecord> asked = new CompletableFuture<>();
    try (TestGateway gateway = TestGateway.of(script(path))) {
      gateway
          .ledger()
          .disk(record -> {
            asked.complete(record);
            return disk.asMono();
          });
      CompletableFuture<HttpResponse<String>> response =
          CompletableFuture.supplyAsync(() -> post(gateway, path, body(path, more)));
      UsageRecord record = asked.get(60, TimeUnit.SECONDS);
      assertThat(response).isNotDone();
      assertThat(gateway.gateway().engine().stats().running()).isZero();
      disk.tryEmitEmpty();
      assertThat(response.get(60, TimeUnit.SECONDS).body()).contains(end);
      assertThat(gateway.ledger().records()).containsExactly(record);
    }
  }

  @Test
  void nothingOfTheEnd_isSentBefore() throws Exception {
    Sinks.Empty<Void> disk = Sinks.empty();
    CompletableFuture<UsageRecord> asked = new CompletableFuture<>();
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"));
        RawClient client = new RawClient(gateway.address())) {
      gateway
          .ledger()
          .disk(record -> {
            asked.complete(record);
            return disk.asMono();
          });
      client.chat(TestGateway.chat("a", STREAM));
      String begin = client.readUntil("м\"");
      asked.get(60, TimeUnit.SECONDS);
      disk.tryEmitEmpty();
      assertThat(begin).doesNotContain("\"stop\"", "[DONE]");
      assertThat(client.readUntil("[DONE]")).contains("\"finish_reason\":\"stop\"");
    }
  }

  @ParameterizedTest
  @CsvSource({"'', stop", "'\"max_tokens\":3', length", "'\"stop\":[\"ле\"]', stop"})
  void usage_isWhatIsWritten(String more, String finish) throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      JsonNode body =
          JsonMapper.shared().readTree(gateway.post(TestGateway.chat("ab", more)).body());
      UsageRecord record = gateway.ledger().records().getFirst();
      assertThat(record.id()).isEqualTo(body.path("id").asString());
      assertThat(record.charge().promptTokens())
          .isEqualTo(body.path("usage").path("prompt_tokens").asLong());
      assertThat(record.charge().outputTokens())
          .isEqualTo(body.path("usage").path("completion_tokens").asLong());
      assertThat(record.charge().promptCharacters()).isEqualTo(2);
      String text = body.at("/choices/0/message/content").asString();
      assertThat(record.charge().outputCharacters()).isEqualTo(text.length());
      assertThat(record.finish()).isEqualTo(finish);
      assertThat(record.who()).isEqualTo(new UsageRecord.Who("sandbox", "development", "kaz-mini"));
      assertThat(record.times().firstToken()).isPositive();
      assertThat(record.times().total()).isGreaterThan(record.times().firstToken());
      assertThat(gateway.ledger().refusals()).isEmpty();
    }
  }

  @Test
  void whoLeaves_isWrittenDownWithWhatWasComputed() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      gateway.engine().eachStepTakes(Duration.ofMillis(5));
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", STREAM));
        client.readUntil("\"content\":\"қ"); // The label, which goes before it, has such a letter.
      }
      gateway.awaitNothingLeft();
      TestGateway.await(() -> !gateway.ledger().records().isEmpty());
      UsageRecord record = gateway.ledger().records().getFirst();
      assertThat(record.finish()).isEqualTo("abort");
      assertThat(record.charge().outputTokens()).isPositive();
      assertThat(gateway.ledger().records()).hasSize(1);
    }
  }

  @Test
  void refusals_areCountedAndNotWritten() throws Exception {
    Limits two = limits().with(TOKENS_PER_MINUTE, 20).build();
    try (TestGateway gateway =
        TestGateway.limited(Script.saying("сәлем"), Limits.NONE, two, QuotaBook.system())) {
      assertThat(gateway.post(TestGateway.chat("a".repeat(200), "")).statusCode()).isEqualTo(403);
      assertThat(gateway.post("{").statusCode()).isEqualTo(400);
      assertThat(gateway.post("{").statusCode()).isEqualTo(400);
      gateway.send(
          gateway
              .request("/v1/chat/completions", "qpk_unknown")
              .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{"))
              .build());
      assertThat(gateway.ledger().records()).isEmpty();
      assertThat(gateway.ledger().refusals())
          .isEqualTo(
              Map.of("sandbox/development beyond_quota", 1, "sandbox/development invalid_body", 2));
    }
  }

  @Test
  void whereThereIsNoRoomForRecords_nobodyIsLetIn() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      gateway.ledger().full("ledger: full (expected: room)");
      HttpResponse<String> response = gateway.post(TestGateway.chat("a", ""));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("overloaded", "ledger: full");
      gateway.ledger().full(null);
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void anAnswerThatCannotBeWrittenDown_hasNoEnd() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      gateway.ledger().disk(_ -> Mono.error(new LedgerFailure("ledger: no room")));
      HttpResponse<String> whole = gateway.post(TestGateway.chat("a", ""));
      assertThat(whole.statusCode()).isEqualTo(503);
      String streamed = gateway.post(TestGateway.chat("a", STREAM)).body();
      assertThat(streamed).contains("сәлем".substring(0, 1), "\"code\":\"overloaded\"");
      assertThat(streamed).doesNotContain("\"finish_reason\":\"stop\"");
      String response =
          gateway.post("/v1/responses", body("/v1/responses", "\"stream\":true")).body();
      assertThat(response).contains("response.failed").doesNotContain("response.completed");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void whatIsRevoked_endsWithTheReason() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "));
        RawClient client = new RawClient(gateway.address())) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      client.chat(TestGateway.chat("a", STREAM));
      client.readUntil("қ");
      gateway
          .gateway()
          .gate()
          .revoke("sandbox/development", new Refusal.Suspended("application: suspended"));
      assertThat(client.readUntil("application_suspended")).contains("\"error\"");
      gateway.awaitNothingLeft();
      assertThat(gateway.ledger().records())
          .extracting(UsageRecord::finish)
          .containsExactly("application_suspended");
      assertThat(gateway.gateway().gate().live("sandbox/development")).isZero();
    }
  }

  @Test
  void whatIsTokenized_isWrittenDownWithoutACharge() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      gateway.post("/tokenize", "{\"model\":\"kaz-mini\",\"prompt\":\"қала\"}");
      UsageRecord record = gateway.ledger().records().getFirst();
      assertThat(record.finish()).isEqualTo("done");
      assertThat(record.charge()).isEqualTo(UsageRecord.Charge.NOTHING);
      assertThat(record.id()).startsWith("tok-");
    }
  }

  @Test
  void aCancelledResponse_endsAfterItsRecord() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      try (RawClient client = new RawClient(gateway.address())) {
        client.post("/v1/responses", body("/v1/responses", STREAM));
        String begin = client.readUntil("\"id\":\"resp_");
        String id = "resp_" + client.readUntil("\",").split("\"", 2)[0];
        assertThat(begin).contains("response.created");
        gateway.post("/v1/responses/" + id + "/cancel", "");
        String end = client.readUntil("response.incomplete");
        assertThat(end).doesNotContain("response.completed");
        assertThat(gateway.ledger().records())
            .extracting(UsageRecord::finish)
            .containsExactly("abort");
      }
      gateway.awaitNothingLeft();
    }
  }

  private static String body(String path, String more) {
    return switch (path) {
      case "/v1/completions" -> "{\"model\":\"kaz-mini\",\"prompt\":\"a\"," + more + "}";
      case "/v1/responses" -> "{\"model\":\"kaz-mini\",\"input\":\"a\"," + more + "}";
      default -> TestGateway.chat("a", more);
    };
  }

  private static PseudoModel script(String path) {
    return path.equals("/v1/completions") ? Script.after("a", "сәлем") : Script.saying("сәлем");
  }

  private static HttpResponse<String> post(TestGateway gateway, String path, String body) {
    try {
      return gateway.post(path, body);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void eventsOfTheStream_areWholeAfterAll() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      List<JsonNode> chunks = Sse.chunks(gateway.post(TestGateway.chat("a", STREAM)).body());
      assertThat(chunks.getLast().at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    }
  }
}
