package kz.qaqpa.http.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.MarkedText;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.LabelServer;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRecord.Charge;
import kz.qaqpa.watermark.WatermarkKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The detector for those who may, against their quota. */
class DetectRouteTest {
  private static final String PATH = "/v1/labels/detect";

  private LabelServer server;

  @BeforeEach
  void start() {
    server = new LabelServer(1);
  }

  @AfterEach
  void stop() throws Exception {
    TestGateway.await(() -> server.gate().live() == 0);
    server.close();
    LeakRecorder.assertNone();
  }

  private static String body(String text) {
    return JsonMapper.shared().createObjectNode().put("text", text).toString();
  }

  @Test
  void aMarkedTextIsProbablyOurs_anotherIsNoEvidence() throws Exception {
    String marked = MarkedText.of(server.watermark(), 200, new SplittableRandom(1));
    JsonNode found = LabelServer.json(server.post(PATH, TestGateway.KEY, body(marked)));
    assertThat(found.path("object").asString()).isEqualTo("label.detection");
    assertThat(found.path("finding").asString()).isEqualTo("probably_ours");
    assertThat(found.path("threshold").asDouble()).isEqualTo(1e-3);
    assertThat(found.path("text").propertyNames()).containsExactly("kk", "ru", "en");
    assertThat(found.path("candidates").size()).isOne();
    JsonNode candidate = found.path("candidates").path(0);
    assertThat(candidate.path("model").asString()).isEqualTo("kaz-mini");
    assertThat(candidate.path("key_id").asString()).isEqualTo(server.watermark().id());
    assertThat(candidate.path("scored_tokens").asInt()).isBetween(150, 196);
    double p = candidate.path("p_at_most").asDouble();
    assertThat(p).isLessThanOrEqualTo(1e-9).isPositive();
    assertThat(Math.log10(p)).isCloseTo(Math.rint(Math.log10(p)), within(1e-9));

    WatermarkKeys others = WatermarkKeys.of(new byte[8]);
    String foreign = MarkedText.of(others, 200, new SplittableRandom(2));
    HttpResponse<String> answer = server.post(PATH, TestGateway.KEY, body(foreign));
    JsonNode nothing = LabelServer.json(answer);
    assertThat(nothing.path("finding").asString()).isEqualTo("no_evidence");
    assertThat(nothing.path("candidates").path(0).path("finding").asString())
        .isEqualTo("no_evidence");
    assertThat(nothing.path("candidates").path(0).path("p_at_most").asDouble()).isGreaterThan(1e-3);
    assertThat(answer.body()).doesNotContainIgnoringCase("not ai").doesNotContain("human");
  }

  @Test
  void theTextsTokensAreCharged_andWrittenDownBeforeTheAnswer() throws Exception {
    String text = MarkedText.of(server.watermark(), 100, new SplittableRandom(3));
    HttpResponse<String> answer = server.post(PATH, TestGateway.KEY, body(text));
    assertThat(answer.headers().firstValue("x-ratelimit-remaining-tokens")).hasValue("900");
    assertThat(LabelServer.json(answer).path("usage").toString())
        .isEqualTo("{\"prompt_tokens\":100,\"prompt_characters\":" + text.length() + "}");
    UsageRecord record = server.ledger().records().getFirst();
    assertThat(record.id()).startsWith("det-");
    assertThat(record.who()).isEqualTo(new UsageRecord.Who("minfin", "tax-chat", "kaz-mini"));
    assertThat(record.charge()).isEqualTo(new Charge(100, text.length(), 0, 0));
    assertThat(record.finish()).isEqualTo("done");
    assertThat(record.labelId()).isNull();
  }

  @Test
  void whatTheQuotaDoesNotAllowIsNotLookedAt() throws Exception {
    String text = MarkedText.of(server.watermark(), 400, new SplittableRandom(4));
    assertThat(server.post(PATH, TestGateway.KEY, body(text)).statusCode()).isEqualTo(200);
    assertThat(server.post(PATH, TestGateway.KEY, body(text)).statusCode()).isEqualTo(200);
    HttpResponse<String> over = server.post(PATH, TestGateway.KEY, body(text));
    assertThat(over.statusCode()).as(over.body()).isEqualTo(429);
    assertThat(over.body()).doesNotContain("scored_tokens");
    // What is left is still there for a shorter one.
    String rest = MarkedText.of(server.watermark(), 200, new SplittableRandom(5));
    assertThat(server.post(PATH, TestGateway.KEY, body(rest)).statusCode()).isEqualTo(200);
    assertThat(server.post(PATH, TestGateway.KEY, body("Сәлем")).statusCode()).isEqualTo(429);
    String long_ = MarkedText.of(server.watermark(), 1001, new SplittableRandom(6));
    assertThat(server.post(PATH, TestGateway.KEY, body(long_)).statusCode()).isEqualTo(403);
    assertThat(server.ledger().records()).hasSize(3);
  }

  @Test
  void whoMayNotIsTold_withoutReading() throws Exception {
    assertThat(LabelServer.error(server.post(PATH, TestGateway.OTHER_KEY, "not JSON")))
        .isEqualTo(
            "403 detection_not_allowed application: archive (expected: one that may look for the"
                + " watermark)");
    assertThat(server.post(PATH, null, body("a")).statusCode()).isEqualTo(401);
    assertThat(server.post(PATH, "qpk_wrong", body("a")).statusCode()).isEqualTo(401);
    assertThat(server.ledger().records()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                      | text: absent (expected: a string)
          {"text":7}              | text: number (expected: a string)
          {"text":"a","keys":[1]} | "keys": unknown (expected: nothing but text)
          {"text":"\\udc00"}      | text: unpaired surrogate at 0 (expected: well-formed text)
          []                      | body: array of 0 (expected: a JSON object)
          {                       | body: malformed JSON at line 1, column 2 (expected: a JSON object)
          """)
  void whatIsWrongIsNamed(String body, String message) throws Exception {
    HttpResponse<String> answer = server.post(PATH, TestGateway.KEY, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(LabelServer.json(answer).path("error").path("message").asString())
        .isEqualTo(message);
    assertThat(server.ledger().records()).isEmpty();
  }

  @Test
  void nothingAndTooMuch() throws Exception {
    JsonNode nothing = LabelServer.json(server.post(PATH, TestGateway.KEY, body("")));
    assertThat(nothing.path("finding").asString()).isEqualTo("no_evidence");
    assertThat(nothing.path("candidates").path(0).path("scored_tokens").asInt()).isZero();
    assertThat(nothing.path("candidates").path(0).path("p_at_most").asDouble()).isEqualTo(1);
    assertThat(server.post(PATH, TestGateway.KEY, body("a".repeat(262_145))).statusCode())
        .isEqualTo(413);
  }

  @Test
  void aLedgerThatCannotWriteFailsTheRequest_andNothingIsHeld() throws Exception {
    server.ledger().disk(_ -> Mono.error(new LedgerFailure("ledger: told to fail")));
    HttpResponse<String> answer = server.post(PATH, TestGateway.KEY, body("Сәлем"));
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).doesNotContain("scored_tokens");
  }

  @Test
  void aClientThatLeavesLeavesNothing() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    server
        .ledger()
        .disk(_ -> {
          writing.countDown();
          return Mono.never();
        });
    try (RawClient client = new RawClient(server.address())) {
      client.post(PATH, body(MarkedText.of(server.watermark(), 300, new SplittableRandom(7))));
      assertThat(writing.await(60, TimeUnit.SECONDS)).isTrue();
    }
    TestGateway.await(() -> server.gate().live() == 0);
  }
}
