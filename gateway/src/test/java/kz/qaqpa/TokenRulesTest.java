package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** vLLM's fields about which tokens an answer has and which end it, on every interface. */
class TokenRulesTest {
  private static final PseudoModel SHORT = Script.saying("ab");

  private static JsonNode answer(PseudoModel model, String more) throws Exception {
    try (TestGateway gateway = TestGateway.of(model)) {
      HttpResponse<String> response = gateway.post(TestGateway.chat("a", more));
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return JsonMapper.shared().readTree(response.body());
    }
  }

  private static int tokens(JsonNode answer) {
    return answer.path("usage").path("completion_tokens").asInt();
  }

  private static String finish(JsonNode answer) {
    return answer.path("choices").path(0).path("finish_reason").asString();
  }

  @Test
  void minTokens_keepsAnAnswerFromEnding() throws Exception {
    assertThat(tokens(answer(SHORT, ""))).isEqualTo(2);
    JsonNode longer = answer(SHORT, "\"min_tokens\":9,\"max_tokens\":20");
    assertThat(tokens(longer)).isGreaterThanOrEqualTo(9);
    assertThat(answer(Script.repeating("xy"), "\"min_tokens\":5,\"stop\":\"x\"").toString())
        .contains("xyxyx");
  }

  @Test
  void ignoreEos_makesAnswersAsLongAsWasAsked() throws Exception {
    JsonNode all = answer(SHORT, "\"ignore_eos\":true,\"max_tokens\":30,\"temperature\":1");
    assertThat(tokens(all)).isEqualTo(30);
    assertThat(finish(all)).isEqualTo("length");
  }

  @Test
  void stopTokenIds_endAnAnswerAndAreNotInIt() throws Exception {
    int b = Script.byteTokens("b")[0];
    JsonNode cut = answer(Script.repeating("aab"), "\"stop_token_ids\":[" + b + "]");
    assertThat(cut.path("choices").path(0).path("message").path("content").asString())
        .isEqualTo("aa");
    assertThat(finish(cut)).isEqualTo("stop");
    JsonNode both =
        answer(Script.repeating("aab"), "\"ignore_eos\":true,\"stop_token_ids\":[" + b + "]");
    assertThat(tokens(both)).isEqualTo(2);
  }

  @Test
  void allowedTokenIds_areAllThatAnAnswerHas() throws Exception {
    int b = Script.byteTokens("b")[0];
    JsonNode only = answer(SHORT, "\"allowed_token_ids\":[" + b + "],\"max_tokens\":4");
    assertThat(only.path("choices").path(0).path("message").path("content").asString())
        .isEqualTo("bbbb");
  }

  @Test
  void theOtherInterfacesKnowThemToo() throws Exception {
    String rules = "\"ignore_eos\":true,\"min_tokens\":3,\"stop_token_ids\":[],";
    try (TestGateway gateway = TestGateway.of(PseudoModel.hashing())) {
      HttpResponse<String> completion =
          gateway.post(
              "/v1/completions",
              "{\"model\":\"kaz-mini\",\"prompt\":\"a\"," + rules + "\"max_tokens\":7}");
      assertThat(completion.body()).contains("\"completion_tokens\":7");
      HttpResponse<String> response =
          gateway.post(
              "/v1/responses",
              "{\"model\":\"kaz-mini\",\"input\":\"a\"," + rules + "\"max_output_tokens\":7}");
      assertThat(response.body()).contains("\"output_tokens\":7");
    }
  }

  @Test
  void wrongValuesAreNamed() throws Exception {
    List<List<String>> wrong =
        List.of(
            List.of("\"min_tokens\":-1", "min_tokens: -1 (expected: >= 0)"),
            List.of(
                "\"min_tokens\":9,\"max_tokens\":8",
                "min_tokens: 9 (expected: at most 8, as max_completion_tokens says)"),
            List.of(
                "\"stop_token_ids\":[1,-2]", "stop_token_ids[1]: -2 (expected: token id, >= 0)"),
            List.of(
                "\"stop_token_ids\":[99999]",
                "stop_token_ids: token 99999 (expected: tokens of the model, 0 to 8191)"),
            List.of("\"stop_token_ids\":7", "stop_token_ids: "),
            List.of("\"ignore_eos\":1", "ignore_eos: 1 (expected: true or false)"),
            List.of(
                "\"allowed_token_ids\":[]",
                "allowed_token_ids: 0 entries (expected: array of 1 to 1024 token ids)"),
            List.of(
                "\"allowed_token_ids\":[8190]",
                "allowed_token_ids: no token that an answer may have (expected: at least one)"),
            List.of(
                "\"allowed_token_ids\":[7],\"stop_token_ids\":[7],\"min_tokens\":1",
                "min_tokens: 1 (expected: tokens in allowed_token_ids"));
    try (TestGateway gateway = TestGateway.of(SHORT)) {
      for (List<String> one : wrong) {
        HttpResponse<String> response = gateway.post(TestGateway.chat("a", one.getFirst()));
        assertThat(response.statusCode()).as(one.getFirst()).isEqualTo(400);
        assertThat(response.body()).contains(one.getLast().replace("\"", "\\\""));
      }
      gateway.awaitNothingLeft();
    }
  }
}
