package kz.qaqpa.http.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Set;
import java.util.TreeSet;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.fixture.OpenAiProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Every field of OpenAI's schema is in one of the groups; what is in none is counted. */
class ChatFieldsTest {
  private static final Set<String> OPENAI =
      Set.of(
          ("audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens"
                  + " max_tokens messages metadata modalities model moderation n"
                  + " parallel_tool_calls prediction presence_penalty prompt_cache_key"
                  + " prompt_cache_options prompt_cache_retention reasoning_effort response_format"
                  + " safety_identifier seed service_tier stop store stream stream_options"
                  + " temperature tool_choice tools top_logprobs top_p user verbosity"
                  + " web_search_options")
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
    OpenAiProperties.checkList("CreateChatCompletionRequest", OPENAI);
    Set<String> expected = new TreeSet<>(OPENAI);
    expected.addAll(EXTENSIONS);
    assertThat(ChatFields.REQUEST.names()).containsExactlyElementsOf(expected);
  }

  @Test
  void groups_doNotOverlap() {
    assertThat(
            ChatFields.REQUEST.read().size()
                + ChatFields.REQUEST.harmless().size()
                + ChatFields.REQUEST.refused().size())
        .isEqualTo(ChatFields.REQUEST.names().size());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tools", "functions", "tool_choice", "function_call", "response_format", "modalities",
        "audio", "prediction", "web_search_options", "moderation", "reasoning_effort", "verbosity"
      })
  void whatIsNotImplemented_isRefusedByName_unlessItIsNull(String name) {
    ObjectNode body = body("{}");
    body.putObject(name).put("a", 1);
    Refusal.BadRequest refusal =
        catchThrowableOfType(Refusal.BadRequest.class, () -> ChatRequestReader.read(body));
    assertThat(refusal.param()).isEqualTo(name);
    assertThat(refusal.code()).isEqualTo("unsupported_parameter");
    body.putNull(name);
    assertThat(ChatRequestReader.read(body).ignored()).isZero();
  }

  @Test
  void namesOutsideTheSchema_areCounted_inMessagesToo() {
    ObjectNode body =
        body("{\"a\":1,\"b\":null,\"store\":true,\"service_tier\":\"flex\",\"priority\":-3}");
    body.putArray("messages").addObject().put("role", "user").put("content", "x").put("mood", 1);
    ChatRequestReader.Reading reading = ChatRequestReader.read(body);
    assertThat(reading.ignored()).isEqualTo(3);
    assertThat(reading.request().priority()).isEqualTo(-3);
    assertThat(reading.request().generation().priority()).isEqualTo(-3);
  }

  @Test
  void nullMeansAbsent_everywhere() {
    ObjectNode body = body("{}");
    for (String name : ChatFields.REQUEST.names()) {
      if (!name.equals("model") && !name.equals("messages")) {
        body.putNull(name);
      }
    }
    ChatRequest request = ChatRequestReader.read(body).request();
    assertThat(request).isEqualTo(ChatRequestReader.read(body("{}")).request());
    assertThat(request.choices()).isEqualTo(1);
    assertThat(request.sampling().topLogprobs()).isEqualTo(-1);
    assertThat(request.stream().stream()).isFalse();
    assertThat(request.stream().obfuscate()).isTrue();
  }

  @Test
  void biases_upTo1024() {
    ObjectNode body = body("{}");
    ObjectNode biases = body.putObject("logit_bias");
    for (int id = 0; id < 1024; id++) {
      biases.put(Integer.toString(id), -100 + id % 201);
    }
    assertThat(ChatRequestReader.read(body).request().sampling().logitBias())
        .hasSize(1024)
        .containsEntry(200, 100f)
        .containsEntry(7, -93f);
    biases.put("1024", 1);
    assertThat(
            catchThrowableOfType(Refusal.BadRequest.class, () -> ChatRequestReader.read(body))
                .text())
        .isEqualTo("logit_bias: 1025 entries (expected: 0 to 1024 entries)");
  }

  private static ObjectNode body(String more) {
    ObjectNode body = (ObjectNode) JsonMapper.shared().readTree(more);
    body.put("model", "m");
    body.putArray("messages").addObject().put("role", "user").put("content", "x");
    return body;
  }
}
