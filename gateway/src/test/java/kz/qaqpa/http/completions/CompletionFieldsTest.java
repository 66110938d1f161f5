package kz.qaqpa.http.completions;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import kz.qaqpa.fixture.OpenAiProperties;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every field of OpenAI's schema is in one of the groups; what is in none is counted. */
class CompletionFieldsTest {
  private static final Set<String> OPENAI =
      Set.of(
          ("best_of echo frequency_penalty logit_bias logprobs max_tokens model n presence_penalty"
                  + " prompt seed stop stream stream_options suffix temperature top_p user")
              .split(" "));
  private static final Set<String> EXTENSIONS =
      Set.of(
          "top_k",
          "min_p",
          "repetition_penalty",
          "priority",
          "min_tokens",
          "stop_token_ids",
          "ignore_eos",
          "allowed_token_ids");

  @Test
  void groups_areTheSchemaAndTheExtensions() throws Exception {
    OpenAiProperties.checkList("CreateCompletionRequest", OPENAI);
    Set<String> expected = new TreeSet<>(OPENAI);
    expected.addAll(EXTENSIONS);
    assertThat(CompletionFields.REQUEST.names()).containsExactlyElementsOf(expected);
  }

  @Test
  void nullMeansAbsent_andAbsentMeansOpenAisDefault() {
    ObjectNode body = JsonMapper.shared().createObjectNode().put("model", "m");
    CompletionRequest silent = CompletionRequestReader.read(body).request();
    for (String name : CompletionFields.REQUEST.names()) {
      if (!name.equals("model")) {
        body.putNull(name);
      }
    }
    assertThat(CompletionRequestReader.read(body).request()).isEqualTo(silent);
    assertThat(silent.maxTokens()).isEqualTo(16);
    assertThat(silent.choices()).isEqualTo(1);
    assertThat(silent.sampling().topLogprobs()).isEqualTo(-1);
    assertThat(silent.stream().obfuscate()).isFalse();
    body.put("banana", 1).put("metadata", "x");
    assertThat(CompletionRequestReader.read(body).ignored()).isEqualTo(2);
  }
}
