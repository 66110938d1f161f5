package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.tokenizer.ChatTemplate;
import kz.qaqpa.tokenizer.Message;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a chat request can ask for beside its words: choices, probabilities, biases, padding. */
class ChatOptionsTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  @Test
  void choices_differWithASeed_andAreTheSameEachTime() throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      String more = "\"n\":4,\"seed\":7,\"temperature\":1,\"max_tokens\":12";
      List<String> first = texts(gateway.post(TestGateway.chat("Сұрақ", more)).body());
      assertThat(first).hasSize(4).doesNotHaveDuplicates();
      assertThat(texts(gateway.post(TestGateway.chat("Сұрақ", more)).body())).isEqualTo(first);
      String alone = more.replace("\"n\":4", "\"n\":1");
      assertThat(texts(gateway.post(TestGateway.chat("Сұрақ", alone)).body()))
          .containsExactly(first.getFirst());
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void usage_addsTheChoicesUp_andCountsThePromptOnce() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      JsonNode one = json(gateway.post(TestGateway.chat("a", "\"max_tokens\":5"))).path("usage");
      JsonNode many =
          json(gateway.post(TestGateway.chat("a", "\"max_tokens\":5,\"n\":8"))).path("usage");
      assertThat(many.path("completion_tokens").asInt()).isEqualTo(40);
      assertThat(many.path("prompt_tokens")).isEqualTo(one.path("prompt_tokens"));
    }
  }

  @Test
  void aClientThatLeaves_takesAllChoicesWithIt() throws Exception {
    try (TestGateway gateway =
        TestGateway.of(
            Script.repeating("қазақ "), Script.model(1 << 16), UnaryOperator.identity())) {
      gateway.engine().eachStepTakes(Duration.ofMillis(1));
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true,\"n\":8"));
        client.readUntil("\"index\":7,\"delta\":{\"content\"");
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(8);
    }
  }

  @Test
  void probabilities_ofHalvesOfLetters_areBytes() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("қ\\"))) {
      JsonNode choice =
          json(gateway.post(TestGateway.chat("a", "\"logprobs\":true,\"top_logprobs\":1")))
              .path("choices")
              .path(0);
      assertThat(choice.path("logprobs").propertyNames()).containsExactly("content", "refusal");
      JsonNode tokens = choice.path("logprobs").path("content");
      assertThat(tokens.valueStream().map(token -> token.path("token").asString()))
          .containsExactly("bytes:\\xd2", "bytes:\\x9b", "\\");
      assertThat(tokens.path(0).path("bytes").toString()).isEqualTo("[210]");
      assertThat(tokens.path(1).path("bytes").toString()).isEqualTo("[155]");
      for (JsonNode token : tokens) {
        assertThat(token.path("logprob").asDouble()).isNegative().isGreaterThan(-1);
        assertThat(token.path("top_logprobs").size()).isEqualTo(1);
        assertThat(token.path("top_logprobs").path(0).path("token")).isEqualTo(token.path("token"));
      }
    }
  }

  @Test
  void probabilities_withoutAlternatives_andTokensOfStopStringsAreNotTold() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("ab stop"))) {
      JsonNode choice =
          json(gateway.post(TestGateway.chat("a", "\"logprobs\":true,\"stop\":\"stop\"")))
              .path("choices")
              .path(0);
      JsonNode tokens = choice.path("logprobs").path("content");
      assertThat(tokens.valueStream().map(token -> token.path("token").asString()))
          .containsExactly("a", "b", " ");
      assertThat(tokens.valueStream()).allMatch(token -> token.path("top_logprobs").isEmpty());
      assertThat(choice.path("message").path("content").asString()).isEqualTo("ab ");
    }
  }

  @Test
  void impossibleTokens_areMinus9999() throws Exception {
    PseudoModel certain =
        (context, length, into) -> {
          java.util.Arrays.fill(into, Float.NEGATIVE_INFINITY);
          into['a'] = 1;
        };
    try (TestGateway gateway = TestGateway.of(certain)) {
      String body =
          gateway
              .post(TestGateway.chat("a", "\"logprobs\":true,\"top_logprobs\":2,\"max_tokens\":1"))
              .body();
      assertThat(body).contains("\"logprob\":-9999.0").doesNotContain("Infinity", "NaN");
      JSON.readTree(body);
    }
  }

  @Test
  void biases_makeTokensCertainAndImpossible() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("a"))) {
      int a = Script.tokenizer().encode("a", Script.AS_TEXT)[0];
      int b = Script.tokenizer().encode("b", Script.AS_TEXT)[0];
      String banned = "\"max_tokens\":3,\"logit_bias\":{\"" + a + "\":-100,\"" + b + "\":100.0}";
      assertThat(Sse.content(gateway.post(TestGateway.chat("x", banned)).body())).isEqualTo("bbb");
    }
  }

  @Test
  void controlTokens_areNeverChosen_stopTokensAre() throws Exception {
    ServedModel model = Script.model(TestGateway.CONTEXT);
    LlamaConfig config = LlamaConfig.read(Script.KAZ_MINI);
    assertThat(
            ServedModel.controlTokens(Script.tokenizer(), 8200, config.eosTokenIds())
                .ids()
                .toArray())
        .containsExactly(8186, 8188, 8189, 8191, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199);
    PseudoModel rude =
        (context, length, into) -> {
          java.util.Arrays.fill(into, 0);
          into[8188] = 20; // <|start_header_id|>
          into['a'] = 10;
        };
    try (TestGateway gateway = TestGateway.of(rude, model, UnaryOperator.identity())) {
      JsonNode body = json(gateway.post(TestGateway.chat("x", "\"max_tokens\":4")));
      assertThat(body.path("choices").path(0).path("message").path("content").asString())
          .isEqualTo(Script.tokenizer().decode(new int[] {'a', 'a', 'a', 'a'}, false));
      assertThat(body.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
    }
  }

  @Test
  void padding_hidesTheLengthOfTokens() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("aқ😀\"—"))) {
      Set<Integer> sizes = new HashSet<>();
      Set<String> noise = new HashSet<>();
      String stream = gateway.post(TestGateway.chat("x", "\"stream\":true")).body();
      for (JsonNode chunk : Sse.chunks(stream)) {
        if (chunk.path("choices").path(0).path("delta").has("content")) {
          noise.add(chunk.path("obfuscation").asString());
          if (!chunk.path("choices").path(0).path("delta").has("role")) {
            sizes.add(chunk.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
          }
        }
      }
      assertThat(sizes).hasSize(1);
      assertThat(noise).hasSizeGreaterThan(4);
    }
  }

  @Test
  void toolMessages_areRenderedByTheTemplate_whichMayRefuse() throws Exception {
    ChatTemplate template = ChatTemplate.load(Script.KAZ_MINI, Script.tokenizer());
    List<String> roles = new ArrayList<>();
    ServedModel model =
        Script.model(
            TestGateway.CONTEXT,
            messages -> {
              messages.forEach(message -> roles.add(message.role()));
              if (roles.contains("developer")) {
                throw new IllegalArgumentException("no such role: Құпия");
              }
              return template.encode(
                  messages.stream().map(m -> new Message(m.role(), m.content())).toList(), true);
            });
    PseudoModel silent =
        (context, length, into) -> {
          java.util.Arrays.fill(into, 0);
          into[8187] = 10;
        };
    try (TestGateway gateway = TestGateway.of(silent, model, UnaryOperator.identity())) {
      String body =
          "{\"model\":\"kaz-mini\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"call_1\","
              + "\"content\":[{\"type\":\"text\",\"text\":\"25 °C\"}]}]}";
      assertThat(gateway.post(body).statusCode()).isEqualTo(200);
      assertThat(roles).containsExactly("tool");
      HttpResponse<String> refused = gateway.post(body.replace("\"tool\"", "\"developer\""));
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("chat template").doesNotContain("Құпия");
      gateway.awaitNothingLeft();
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  private static List<String> texts(String body) {
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : JSON.readTree(body).path("choices")) {
      texts.add(choice.path("message").path("content").asString());
    }
    return texts;
  }
}
