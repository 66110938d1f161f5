package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.tokenizer.BpeTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plain completions over a real socket, in front of a scripted engine. */
class CompletionsTest {
  private static final String PATH = "/v1/completions";
  private static final int END_OF_PROMPT = 8190;

  @Test
  void text_comesAfterTheStartToken_tokensComeAsTheyAre() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қ"))) {
      int[] ids = {5, 6, 7, END_OF_PROMPT};
      JsonNode tokens = json(gateway, "\"prompt\":" + Arrays.toString(ids));
      assertThat(tokens.path("usage").path("prompt_tokens").asInt()).isEqualTo(4);
      assertThat(tokens.path("usage").path("completion_tokens").asInt()).isEqualTo(16);
      assertThat(texts(tokens)).containsExactly("қ".repeat(8));
      assertThat(tokens.path("id").asString()).matches("cmpl-[0-9a-f]{32}");
    }
    int[] seen = new int[1];
    PseudoModel watching =
        (context, length, into) -> {
          seen[0] = context[0];
          Arrays.fill(into, 0);
          into['a'] = 1;
        };
    try (TestGateway gateway = TestGateway.of(watching)) {
      JsonNode text = json(gateway, "\"prompt\":\"Сәлем <|eot_id|>\",\"max_tokens\":1");
      int letters = Script.tokenizer().encode("Сәлем <|eot_id|>", Script.AS_TEXT).length;
      assertThat(text.path("usage").path("prompt_tokens").asInt()).isEqualTo(letters + 1);
      assertThat(seen[0]).isEqualTo(8186);
      JsonNode nothing = json(gateway, "\"max_tokens\":1");
      assertThat(nothing.path("usage").path("prompt_tokens").asInt()).isEqualTo(1);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void nothing_isRefused_whereTheModelHasNoStartToken(@TempDir Path folder) throws Exception {
    Files.copy(Script.KAZ_MINI.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    ServedModel usual = Script.model(TestGateway.CONTEXT);
    ServedModel model =
        new ServedModel(
            usual.id(),
            BpeTokenizer.load(folder),
            usual.prompts(),
            usual.contextLength(),
            usual.stopTokens(),
            usual.defaults(),
            usual.longestTokenBytes(),
            usual.mask(),
            usual.card());
    try (TestGateway gateway =
        TestGateway.of(PseudoModel.hashing(), model, UnaryOperator.identity())) {
      assertThat(error(gateway, "\"prompt\":\"\"").path("message").asString())
          .isEqualTo("prompt: 0 tokens (expected: at least 1, as kaz-mini has no start token)");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void prompts_eachGetTheirChoices_inOrder() throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      String more = "\"n\":2,\"seed\":3,\"temperature\":1,\"max_tokens\":6";
      JsonNode both = json(gateway, "\"prompt\":[\"бір\",\"екі\"]," + more);
      assertThat(both.path("choices").size()).isEqualTo(4);
      List<String> apart = new ArrayList<>(texts(json(gateway, "\"prompt\":\"бір\"," + more)));
      apart.addAll(texts(json(gateway, "\"prompt\":[\"екі\"]," + more)));
      assertThat(texts(both)).isEqualTo(apart).doesNotHaveDuplicates();
      assertThat(texts(json(gateway, "\"prompt\":[[8186,5],[8186,6]]," + more)))
          .hasSize(4)
          .doesNotHaveDuplicates();
      String streamed =
          gateway.post(PATH, body("\"prompt\":[\"бір\",\"екі\"],\"stream\":true," + more)).body();
      assertThat(streamed).startsWith(": ping\ndata: ");
      String[] joined = {"", "", "", ""};
      for (JsonNode chunk : Sse.chunks(streamed)) {
        JsonNode choice = chunk.path("choices").path(0);
        joined[choice.path("index").asInt()] += choice.path("text").asString();
        assertThat(chunk.path("object").asString()).isEqualTo("text_completion");
        assertThat(chunk.has("obfuscation")).isFalse();
      }
      assertThat(joined).containsExactlyElementsOf(apart);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void echo_beginsEachAnswer_andIsNotStoppedAt() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.after("бір екі", " үш екі"))) {
      String more = "\"prompt\":\"бір екі\",\"echo\":true,\"max_tokens\":99,\"stop\":\"екі\"";
      assertThat(texts(json(gateway, more))).containsExactly("бір екі үш ");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aLetterThatThePromptBegins_isEndedByTheAnswer() throws Exception {
    int[] letter = Script.byteTokens("қ");
    int[] prompt = {8186, Script.byteTokens("a")[0], letter[0]};
    PseudoModel ends = PseudoModel.scripted(3, letter[1], 8187);
    try (TestGateway gateway = TestGateway.of(ends)) {
      String ids = "\"prompt\":" + Arrays.toString(prompt);
      assertThat(texts(json(gateway, ids))).containsExactly("қ");
      assertThat(texts(json(gateway, ids + ",\"echo\":true"))).containsExactly("aқ");
    }
  }

  @Test
  void probabilities_haveOpenAisOldShape() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.after("x", "қ😀!"))) {
      JsonNode logprobs =
          json(gateway, "\"prompt\":\"x\",\"logprobs\":0").path("choices").path(0).path("logprobs");
      assertThat(logprobs.path("tokens").valueStream().map(JsonNode::asString))
          .containsExactly(
              "bytes:\\xd2",
              "bytes:\\x9b",
              "bytes:\\xf0",
              "bytes:\\x9f",
              "bytes:\\x98",
              "bytes:\\x80",
              "!");
      assertThat(logprobs.path("text_offset").toString()).isEqualTo("[0,0,1,1,1,1,2]");
      assertThat(logprobs.path("token_logprobs").size()).isEqualTo(7);
      assertThat(logprobs.path("top_logprobs").valueStream()).allMatch(top -> top.size() == 1);
    }
  }

  @Test
  void aClientThatLeaves_takesAllPromptsWithIt() throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      gateway.engine().eachStepTakes(Duration.ofMillis(5));
      String body =
          body(
              "\"prompt\":[\"a\",\"b\",\"c\"],\"n\":2,\"stream\":true,\"ignore_eos\":true,"
                  + "\"max_tokens\":900");
      try (RawClient client = new RawClient(gateway.address())) {
        client.send(RawClient.head(body.length()).replace("/v1/chat/completions", PATH)).send(body);
        client.readUntil("\"index\":5");
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "prompt":7                    | invalid_value | prompt: number (expected: string, array of strings, array of token ids, or array of such arrays)
          "prompt":[]                   | invalid_value | prompt: array of 0 (expected: string, array of strings, array of token ids, or array of such arrays)
          "prompt":{"a":1}              | invalid_value | prompt: object of 1 (expected: string, array of strings, array of token ids, or array of such arrays)
          "prompt":["құпия",1]          | invalid_value | prompt[1]: number (expected: string)
          "prompt":[[1],"құпия"]        | invalid_value | prompt[1]: string of 5 characters (expected: token ids)
          "prompt":[[1],[]]             | invalid_value | prompt[1]: array of 0 (expected: token ids)
          "prompt":[1,2.5]              | invalid_value | prompt[1]: number (expected: token id)
          "prompt":[1,99999999999]      | invalid_value | prompt[1]: number (expected: token id)
          "prompt":[1,null]             | invalid_value | prompt[1]: null (expected: token id)
          "prompt":[1,8192]             | invalid_value | prompt[1]: no token (expected: token ids, 0 to 8191)
          "prompt":[[1],[-1]]           | invalid_value | prompt[1][0]: no token (expected: token ids, 0 to 8191)
          "prompt":["a","\\ud800"]      | invalid_value | prompt[1]: unpaired surrogate at 0 (expected: well-formed text)
          "n":9                         | invalid_value | n: 9 (expected: 1 to 8)
          "n":8,"prompt":["a","b","c","d","e"] | invalid_value | n: 8 for each of 5 prompts (expected: at most 32 answers in one request)
          "max_tokens":0                | invalid_value | max_tokens: 0 (expected: >= 1)
          "max_tokens":"5"              | invalid_value | max_tokens: "5" (expected: integer >= 1)
          "max_tokens":1e9              | invalid_value | max_tokens: 1.0E9 (expected: integer >= 1)
          "logprobs":6                  | invalid_value | logprobs: 6 (expected: 0 to 5)
          "logprobs":-1                 | invalid_value | logprobs: -1 (expected: 0 to 5)
          "logprobs":true               | invalid_value | logprobs: true (expected: 0 to 5)
          "echo":"yes"                  | invalid_value | echo: "yes" (expected: true or false)
          "echo":true,"logprobs":1      | unsupported_parameter | echo: true beside logprobs (expected: one of the two, as prompts are not scored)
          "best_of":3                   | unsupported_parameter | best_of: 3 is not supported (expected: absent, or as n)
          "suffix":"құпия"              | unsupported_parameter | suffix: not supported (expected: absent)
          "temperature":3               | invalid_value | temperature: 3 (expected: 0 to 2)
          "logit_bias":{"9999":1}       | invalid_value | logit_bias: token 9999 (expected: tokens of the model, 0 to 8191)
          "stream_options":[]           | invalid_value | stream_options: array of 0 (expected: an object)
          "max_tokens":1024             | context_length_exceeded | max_tokens: 1024 (expected: at most 1023, as prompt: 1 tokens, and the context of kaz-mini is 1024)
          """)
  void wrongValues_areNamed(String field, String code, String message) throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      JsonNode error = error(gateway, field);
      assertThat(error.path("message").asString()).isEqualTo(message);
      assertThat(error.path("code").asString()).isEqualTo(code);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void tooManyOrTooLongPrompts_areRefusedBeforeTheyAreTokenised() throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      String many = "\"a\",".repeat(32) + "\"a\"";
      assertThat(error(gateway, "\"prompt\":[" + many + "]").path("message").asString())
          .isEqualTo("prompt: 33 prompts (expected: at most 32 prompts)");
      JsonNode text = error(gateway, "\"prompt\":[\"a\",\"" + "a".repeat(1_000_000) + "\"]");
      assertThat(text.path("message").asString()).startsWith("prompt[1]: 1000000 characters");
      assertThat(text.path("code").asString()).isEqualTo("context_length_exceeded");
      JsonNode ids = error(gateway, "\"prompt\":[" + "1,".repeat(1024) + "1]");
      assertThat(ids.path("message").asString())
          .isEqualTo(
              "prompt: 1025 tokens (expected: at most 1024, as the context of kaz-mini is 1024"
                  + " tokens)");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void choicesUpToTheBound_areAllAnswered() throws Exception {
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      String four =
          List.of("a", "b", "c", "d").stream()
              .map(p -> "\"" + p + "\"")
              .collect(Collectors.joining(","));
      JsonNode answer = json(gateway, "\"n\":8,\"max_tokens\":3,\"prompt\":[" + four + "]");
      assertThat(answer.path("choices").size()).isEqualTo(32);
      assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(96);
      gateway.awaitNothingLeft();
    }
  }

  private static String body(String more) {
    return "{\"model\":\"kaz-mini\"," + more + "}";
  }

  private static JsonNode json(TestGateway gateway, String more) throws Exception {
    HttpResponse<String> response = gateway.post(PATH, body(more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private static JsonNode error(TestGateway gateway, String more) throws Exception {
    HttpResponse<String> response = gateway.post(PATH, body(more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(response.body()).doesNotContain("құпия");
    return JsonMapper.shared().readTree(response.body()).path("error");
  }

  private static List<String> texts(JsonNode answer) {
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : answer.path("choices")) {
      assertThat(choice.path("index").asInt()).isEqualTo(texts.size());
      texts.add(choice.path("text").asString());
    }
    return texts;
  }
}
