package kz.qaqpa;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.text.Normalizer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.LimitsBuilder;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Quotas over a real socket: what is granted, charged, told and refused. */
class QuotaTest {
  /** The prompt "a" and the mark at its end. */
  private static final int PROMPT = 2;

  private final FakeClock clock = new FakeClock("2026-11-23T12:00:10Z");
  private final QuotaBook book = clock.book();

  @Test
  void usage_isTheCharge() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("сәлем"), limits())) {
      for (String more : List.of("", "\"stream\":true", "\"stop\":[\"ле\"]", "\"max_tokens\":3")) {
        clock.move(Duration.ofMinutes(1));
        boolean stream = more.contains("stream");
        HttpResponse<String> response =
            gateway.post(
                TestGateway.chat(
                    "a", stream ? more + ",\"stream_options\":{\"include_usage\":true}" : more));
        JsonNode body =
            stream
                ? Sse.chunks(response.body()).getLast()
                : JsonMapper.shared().readTree(response.body());
        gateway.awaitNothingLeft();
        assertThat(used(TOKENS_PER_MINUTE))
            .as(more)
            .isEqualTo(body.path("usage").path("total_tokens").asLong())
            .isPositive();
      }
      assertThat(book.totals().reserved().tokens()).isZero();
    }
  }

  @Test
  void afterAStopString_theTokensUpToIt_areCharged() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("алма өрік "), limits())) {
      JsonNode body =
          JsonMapper.shared()
              .readTree(gateway.post(TestGateway.chat("a", "\"stop\":[\"өрік\"]")).body());
      gateway.awaitNothingLeft();
      int tokens = Script.length("алма өрік");
      assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(tokens);
      assertThat(used(TOKENS_PER_MINUTE)).isEqualTo(PROMPT + tokens);
      assertThat(used(CHARACTERS_PER_DAY)).isEqualTo(1 + "алма ".length());
    }
  }

  @Test
  void theWholePrompt_isCharged_cachedOrNot() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("иә"), limits())) {
      String body = TestGateway.chat("сұрақ ".repeat(100), "");
      JsonNode first = JsonMapper.shared().readTree(gateway.post(body).body()).path("usage");
      gateway.awaitNothingLeft();
      JsonNode second = JsonMapper.shared().readTree(gateway.post(body).body()).path("usage");
      gateway.awaitNothingLeft();
      assertThat(second.path("prompt_tokens_details").path("cached_tokens").asInt()).isPositive();
      assertThat(used(TOKENS_PER_MINUTE)).isEqualTo(2 * first.path("total_tokens").asLong());
      assertThat(used(CHARACTERS_PER_DAY)).isEqualTo(2 * (600 + 2));
    }
  }

  @Test
  void lessThanAsked_isGranted_andEndsWithLength() throws Exception {
    try (TestGateway gateway =
        gateway(Script.repeating("қазақ "), limits().with(TOKENS_PER_MINUTE, 60))) {
      HttpResponse<String> first = gateway.post(TestGateway.chat("a", "\"max_tokens\":30"));
      assertThat(header(first, "x-ratelimit-limit-tokens")).isEqualTo("60");
      assertThat(header(first, "x-ratelimit-remaining-tokens")).isEqualTo("28");
      assertThat(header(first, "x-ratelimit-reset-tokens")).isEqualTo("50s");
      gateway.awaitNothingLeft();
      JsonNode second =
          JsonMapper.shared()
              .readTree(gateway.post(TestGateway.chat("a", "\"max_tokens\":500")).body());
      assertThat(second.path("choices").path(0).path("finish_reason").asString())
          .isEqualTo("length");
      assertThat(second.path("usage").path("completion_tokens").asInt()).isEqualTo(26);
      gateway.awaitNothingLeft();
      assertThat(used(TOKENS_PER_MINUTE)).isEqualTo(60);
      HttpResponse<String> refused = gateway.post(TestGateway.chat("a", ""));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body())
          .contains("\"code\":\"rate_limit_exceeded\"")
          .contains("tokensPerMinute of application development: 18 (expected: at most 0 now)");
      assertThat(header(refused, "retry-after")).isEqualTo("50");
      assertThat(header(refused, "x-ratelimit-remaining-tokens")).isEqualTo("0");
      gateway.awaitNothingLeft();
      assertThat(gateway.get("/metrics").body())
          .contains("qaqpa_quota_refusals_total{limit=\"tokensPerMinute\"} 1.0")
          .contains("qaqpa_quota_tokens_total 60.0")
          .contains("qaqpa_quota_shrunk_total 1.0")
          .contains("qaqpa_quota_reserved_tokens 0.0")
          .contains("qaqpa_quota_clock_behind_seconds 0.0");
      clock.move(Duration.ofSeconds(50));
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":30")).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void aDaysQuota_usedUp_isNotRetried() throws Exception {
    try (TestGateway gateway =
        gateway(Script.repeating("қазақ "), limits().with(TOKENS_PER_DAY, 30))) {
      gateway.post(TestGateway.chat("a", ""));
      gateway.awaitNothingLeft();
      HttpResponse<String> refused = gateway.post(TestGateway.chat("a", ""));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("\"code\":\"insufficient_quota\"");
      assertThat(header(refused, "x-should-retry")).isEqualTo("false");
      assertThat(header(refused, "x-ratelimit-reset-tokens")).isEqualTo("6h59m50s");
    }
  }

  @Test
  void whatCouldNeverBeServed_is403_tooLongIs400() throws Exception {
    try (TestGateway gateway =
        gateway(Script.saying("иә"), limits().with(TOKENS_PER_DAY, 200).lengths(150, 100))) {
      HttpResponse<String> never = gateway.post(TestGateway.chat("a ".repeat(190), ""));
      assertThat(never.statusCode()).isEqualTo(400);
      assertThat(never.body()).contains("expected: at most 150 for this application");
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":101")).body())
          .contains("max_completion_tokens: 101 (expected: at most 100 for this application)");
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":100")).statusCode())
          .isEqualTo(200);
      gateway.awaitNothingLeft();
    }
    try (TestGateway gateway = gateway(Script.saying("иә"), limits().with(TOKENS_PER_DAY, 100))) {
      HttpResponse<String> never = gateway.post(TestGateway.chat("a ".repeat(190), ""));
      assertThat(never.statusCode()).isEqualTo(403);
      assertThat(header(never, "x-should-retry")).isEqualTo("false");
      assertThat(never.body())
          .contains("\"code\":\"beyond_quota\"")
          .contains("prompt and shortest answer (expected: at most 100)");
      assertThat(gateway.gateway().engine().stats().promptTokens()).isZero();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void anUnlimitedAnswer_isAsLongAsTheApplicationMayHaveIt() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), limits().lengths(100, 40))) {
      JsonNode body = JsonMapper.shared().readTree(gateway.post(TestGateway.chat("a", "")).body());
      assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(40);
    }
  }

  @Test
  void requestsPerSecond_areTold() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("иә"), limits().requests(1, 2))) {
      HttpResponse<String> first = gateway.post(TestGateway.chat("a", ""));
      assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
      assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("1");
      assertThat(header(first, "x-ratelimit-reset-requests")).isEqualTo("1s");
      assertThat(first.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
      gateway.post(TestGateway.chat("a", "\"stream\":true"));
      HttpResponse<String> refused = gateway.post(TestGateway.chat("a", ""));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(header(refused, "retry-after")).isEqualTo("1");
      assertThat(header(refused, "x-ratelimit-remaining-requests")).isEqualTo("0");
      clock.move(Duration.ofSeconds(1));
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void characters_cutTheText_atAWholeOne() throws Exception {
    String text = "Қалайсың 😀 ";
    for (String said : List.of(text, Normalizer.normalize("мұндай й ё ", Normalizer.Form.NFD))) {
      try (TestGateway gateway =
          gateway(Script.repeating(said), limits().with(CHARACTERS_PER_MINUTE, 210).minGrant(1))) {
        for (String more : List.of("\"max_tokens\":1000", "\"max_tokens\":1000,\"stream\":true")) {
          clock.move(Duration.ofMinutes(1));
          HttpResponse<String> response = gateway.post(TestGateway.chat("и\u0306", more));
          boolean stream = more.contains("stream");
          String answer =
              stream ? Sse.text(Sse.chunks(response.body())) : Sse.content(response.body());
          assertThat(response.body()).contains("\"finish_reason\":\"length\"");
          assertThat(said.repeat(50)).startsWith(answer);
          assertThat(Normalizer.normalize(answer, Normalizer.Form.NFC).codePoints().count())
              .isEqualTo(209);
          assertThat(header(response, "x-ratelimit-limit-characters")).isEqualTo("210");
          assertThat(header(response, "x-ratelimit-remaining-characters")).isEqualTo("0");
          gateway.awaitNothingLeft();
          assertThat(used(CHARACTERS_PER_MINUTE)).isEqualTo(210);
        }
      }
    }
  }

  @Test
  void aClientThatLeaves_isChargedWhatWasComputed() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), limits())) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":900"));
        client.readUntil("\"content\":\"з");
      }
      gateway.awaitNothingLeft();
      long delivered = gateway.gateway().engine().stats().outputTokens();
      // The step that ran while it left may have made one more.
      assertThat(used(TOKENS_PER_MINUTE)).isBetween(PROMPT + delivered - 1, PROMPT + delivered);
      assertThat(delivered).isBetween(5L, 899L);
      assertThat(book.totals().reserved().tokens()).isZero();
    }
  }

  @Test
  void whoLeavesInTheQueue_isChargedNothing() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), limits())) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient running = new RawClient(gateway.address())) {
        running.chat(TestGateway.chat("a", "\"stream\":true"));
        TestGateway.await(() -> gateway.gateway().engine().stats().running() == 1);
        try (RawClient queued = new RawClient(gateway.address())) {
          queued.chat(TestGateway.chat("b", "\"stream\":true"));
          TestGateway.await(() -> gateway.gateway().engine().stats().waiting() == 1);
        }
        TestGateway.await(() -> gateway.gateway().gate().live() == 1);
        assertThat(book.totals().settled().tokens()).isZero();
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      steps.release(1_000_000);
      gateway.awaitNothingLeft();
      // The one that ran left before its first step was over.
      assertThat(book.totals().settled().tokens()).isZero();
    }
  }

  @Test
  void whoLeavesWhileThePromptIsRead_isChargedWhatWasRead() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), limits())) {
      Semaphore begun = new Semaphore(0);
      Semaphore steps = new Semaphore(1);
      gateway
          .engine()
          .beforeStep(_ -> {
            begun.release();
            steps.acquireUninterruptibly();
          });
      String content = "ы ".repeat(400);
      int prompt = Script.tokenizer().encode(content, Script.AS_TEXT).length + 1;
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat(content, "\"stream\":true"));
        begun.acquire(2); // The second step begins: the first one has been taken in.
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      long read = used(TOKENS_PER_MINUTE);
      assertThat(read).isBetween(64L, prompt - 1L).isEqualTo(read / 64 * 64);
      assertThat(used(CHARACTERS_PER_DAY)).isEqualTo(800 * read / prompt);
      steps.release(1_000_000);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void severalChoices_shareWhatIsLeft_andAreAllCharged() throws Exception {
    try (TestGateway gateway =
        gateway(Script.repeating("қазақ "), limits().with(TOKENS_PER_MINUTE, 100))) {
      JsonNode body =
          JsonMapper.shared()
              .readTree(gateway.post(TestGateway.chat("a", "\"n\":3,\"max_tokens\":50")).body());
      gateway.awaitNothingLeft();
      assertThat(body.path("choices").size()).isEqualTo(3);
      assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(3 * 32);
      assertThat(used(TOKENS_PER_MINUTE)).isEqualTo(PROMPT + 3 * 32);
    }
  }

  @Test
  void severalChoices_getEqualSharesOfTheCharacters() throws Exception {
    try (TestGateway gateway =
        gateway(Script.repeating("қ"), limits().with(CHARACTERS_PER_MINUTE, 402))) {
      JsonNode body =
          JsonMapper.shared()
              .readTree(gateway.post(TestGateway.chat("a", "\"n\":3,\"max_tokens\":300")).body());
      gateway.awaitNothingLeft();
      for (int i = 0; i < 3; i++) {
        JsonNode choice = body.path("choices").path(i);
        assertThat(choice.path("message").path("content").asString()).hasSize(i < 2 ? 134 : 133);
        assertThat(choice.path("finish_reason").asString()).isEqualTo("length");
      }
      assertThat(used(CHARACTERS_PER_MINUTE)).isEqualTo(402);
      assertThat(used(TOKENS_PER_MINUTE))
          .isEqualTo(body.path("usage").path("total_tokens").asLong());
    }
  }

  private TestGateway gateway(PseudoModel script, LimitsBuilder application) {
    return TestGateway.limited(script, Limits.NONE, application.build(), book);
  }

  private long used(Counter counter) {
    return book.readings("sandbox", "development").stream()
        .filter(reading -> reading.counter() == counter)
        .mapToLong(QuotaBook.Reading::settled)
        .findFirst()
        .orElseThrow();
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("absent");
  }
}
