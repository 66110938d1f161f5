package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Chat completions over a real socket, in front of a scripted engine. */
class ChatTest {
  private static final String TEXT =
      "«ӘҒҚҢӨҰҮҺІ әғқңөұүһі» — Астана, 1998 \"жыл\"\n\tсол\\ 😀 жауап";

  @Test
  void whole_isOpenAisShape() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(TEXT))) {
      HttpResponse<String> response = gateway.post(TestGateway.chat("Сәлем", "\"user\":\"u\""));
      assertThat(response.statusCode()).isEqualTo(200);
      JsonNode body = JsonMapper.shared().readTree(response.body());
      assertThat(body.path("id").asString()).matches("chatcmpl-[0-9a-f]{32}");
      assertThat(body.path("object").asString()).isEqualTo("chat.completion");
      assertThat(body.path("model").asString()).isEqualTo("kaz-mini");
      assertThat(body.path("created").isIntegralNumber()).isTrue();
      JsonNode choice = body.path("choices").path(0);
      assertThat(choice.path("message").path("content").asString()).isEqualTo(TEXT);
      assertThat(choice.path("message").path("role").asString()).isEqualTo("assistant");
      assertThat(choice.path("message").has("refusal")).isTrue();
      assertThat(choice.has("logprobs")).isTrue();
      assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
      JsonNode usage = body.path("usage");
      int prompt = Script.tokenizer().encode("Сәлем", Script.AS_TEXT).length + 1;
      assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(prompt);
      assertThat(usage.path("completion_tokens").asInt()).isEqualTo(Script.length(TEXT));
      assertThat(usage.path("total_tokens").asInt()).isEqualTo(prompt + Script.length(TEXT));
      assertThat(usage.path("prompt_tokens_details").path("cached_tokens").asInt()).isZero();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void stream_concatenatesToTheWholeText_withoutAReplacementCharacter() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(TEXT))) {
      HttpResponse<String> response = gateway.post(TestGateway.chat("Сәлем", "\"stream\":true"));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
      assertThat(response.body()).doesNotContain("\uFFFD").endsWith("data: [DONE]\n\n");
      List<JsonNode> chunks = Sse.chunks(response.body());
      assertThat(Sse.text(chunks)).isEqualTo(TEXT);
      JsonNode first = chunks.getFirst().path("choices").path(0);
      assertThat(first.path("delta").path("role").asString()).isEqualTo("assistant");
      assertThat(first.path("finish_reason").isNull()).isTrue();
      JsonNode last = chunks.getLast().path("choices").path(0);
      assertThat(last.path("finish_reason").asString()).isEqualTo("stop");
      assertThat(last.path("delta").isEmpty()).isTrue();
      assertThat(chunks)
          .allSatisfy(chunk -> {
            assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
            assertThat(chunk.path("id")).isEqualTo(chunks.getFirst().path("id"));
            assertThat(chunk.path("choices").size()).isEqualTo(1);
            assertThat(chunk.has("usage")).isFalse();
          });
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void sameSeed_sameText_streamedOrNot() throws Exception {
    PseudoModel model = PseudoModel.hashing();
    try (TestGateway gateway = TestGateway.of(model)) {
      String sampling = "\"seed\":42,\"temperature\":1,\"max_tokens\":60";
      String whole =
          Sse.content(gateway.post(TestGateway.chat("Неге аспан көк?", sampling)).body());
      String streamed =
          gateway.post(TestGateway.chat("Неге аспан көк?", sampling + ",\"stream\":true")).body();
      assertThat(Sse.text(Sse.chunks(streamed))).isEqualTo(whole).isNotEmpty();
    }
  }

  @Test
  void maxTokens_endsWithLength() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      JsonNode body =
          JsonMapper.shared()
              .readTree(gateway.post(TestGateway.chat("a", "\"max_completion_tokens\":11")).body());
      assertThat(body.path("choices").path(0).path("finish_reason").asString()).isEqualTo("length");
      assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(11);
    }
  }

  @Test
  void stopString_endsTheAnswer_andCancelsTheRest() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("алма алмұрт өрік "))) {
      HttpResponse<String> response =
          gateway.post(TestGateway.chat("a", "\"stream\":true,\"stop\":[\"өрі\",\"жоқ\"]"));
      List<JsonNode> chunks = Sse.chunks(response.body());
      assertThat(Sse.text(chunks)).isEqualTo("алма алмұрт ");
      assertThat(chunks.getLast().path("choices").path(0).path("finish_reason").asString())
          .isEqualTo("stop");
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    }
  }

  @Test
  void stopString_leavesTheCachedTokensInTheUsage() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("алма өрік "))) {
      String body = TestGateway.chat("сұрақ ".repeat(150), "\"stop\":[\"өрік\"]");
      assertThat(cachedTokens(gateway.post(body).body())).isZero();
      gateway.awaitNothingLeft();
      assertThat(cachedTokens(gateway.post(body).body())).isPositive();
    }
  }

  private static int cachedTokens(String body) {
    return JsonMapper.shared()
        .readTree(body)
        .path("usage")
        .path("prompt_tokens_details")
        .path("cached_tokens")
        .asInt(-1);
  }

  @Test
  void everyAnswerIsDisclosed_andNothingElseIs() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      for (String more : List.of("\"stream\":true", "\"stream\":false")) {
        HttpResponse<String> response = gateway.post(TestGateway.chat("a", more));
        assertThat(response.headers().firstValue("ai-disclosure").orElse(""))
            .matches(
                "mode=machine-generated, model=\"kaz-mini\", provider=\"sandbox\", date=@\\d{10}");
        assertThat(response.headers().firstValue("openai-processing-ms").orElse(""))
            .matches("\\d+");
      }
      assertThat(gateway.post("{}").headers().firstValue("ai-disclosure")).isEmpty();
    }
  }

  @Test
  void requestId_isKeptIfGood_replacedIfNot() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      List<String> seen = new ArrayList<>();
      for (String id : List.of("abc-1.2:3_X", "has space", "a;b", "x".repeat(129))) {
        HttpResponse<String> response =
            gateway.send(
                gateway.request("/v1/models", TestGateway.KEY).header("x-request-id", id).build());
        seen.add(response.headers().firstValue("x-request-id").orElse(""));
      }
      assertThat(seen.getFirst()).isEqualTo("abc-1.2:3_X");
      assertThat(seen.subList(1, 4)).allMatch(id -> id.matches("req-[0-9a-f]{32}"));
    }
  }

  @Test
  void defaultsOfTheModel_applyWhereTheRequestIsSilent() throws Exception {
    // Greedy by default: two answers without a seed are the same.
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      String body = TestGateway.chat("a", "\"max_tokens\":20");
      assertThat(Sse.content(gateway.post(body).body()))
          .isEqualTo(Sse.content(gateway.post(body).body()));
    }
  }

  @Test
  void cachedTokens_areReported() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      String prompt = "қазақстан ".repeat(100);
      gateway.post(TestGateway.chat(prompt, ""));
      JsonNode second =
          JsonMapper.shared().readTree(gateway.post(TestGateway.chat(prompt, "")).body());
      assertThat(second.path("usage").path("prompt_tokens_details").path("cached_tokens").asInt())
          .isGreaterThanOrEqualTo(64);
    }
  }
}
