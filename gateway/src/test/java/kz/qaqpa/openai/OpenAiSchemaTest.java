package kz.qaqpa.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import kz.qaqpa.tap.WireExchange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The check itself: it would see a wrong answer. */
@Tag("openai-schema")
class OpenAiSchemaTest {
  private static final String CHUNK =
      "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":"
          + "[{\"index\":0,\"delta\":{\"content\":\"a\"},\"logprobs\":null,\"finish_reason\":null}]}";

  private final OpenAiSchema schema = OpenAiSchema.required();

  @Test
  void seesAMissingMember_aWrongType_andAnUnknownEvent() {
    assertThat(stream("/v1/chat/completions", "data: " + CHUNK + "\n\ndata: [DONE]\n\n")).isEmpty();
    assertThat(stream("/v1/chat/completions", "data: " + CHUNK.replace("\"c\"", "7") + "\n\n"))
        .hasSize(2)
        .anyMatch(problem -> problem.contains("/id"))
        .anyMatch(problem -> problem.contains("ends without [DONE]"));
    assertThat(stream("/v1/responses", "event: x\ndata: {\"type\":\"response.fancy\"}\n\n"))
        .singleElement()
        .asString()
        .contains("no such event");
    assertThat(
            stream(
                "/v1/responses",
                "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":1}\n\n"))
        .isNotEmpty()
        .allMatch(problem -> problem.contains("ResponseTextDeltaEvent"));
  }

  @Test
  void seesAnErrorWithoutOneOfItsFourMembers() {
    String error = "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":null}}";
    assertThat(answer("GET", "/v1/models", 401, error)).isEmpty();
    assertThat(answer("GET", "/v1/models", 401, error.replace(",\"code\":null", "")))
        .singleElement()
        .asString()
        .contains("code");
  }

  @Test
  void seesAWebSocketMessageWithoutItsLane() {
    String frame =
        "{\"type\":\"error\",\"stream_id\":null,\"error\":{\"message\":\"m\",\"type\":\"t\","
            + "\"param\":null,\"code\":null}}";
    WireExchange exchange =
        new WireExchange("GET", "/v1/responses", Map.of(), 101, Map.of(), "", List.of(frame), true);
    assertThat(WireCheck.problems(schema, List.of(exchange)))
        .anyMatch(problem -> problem.contains("stream_id is no string"));
  }

  private List<String> stream(String path, String body) {
    return problems("POST", path, 200, "text/event-stream", body);
  }

  private List<String> answer(String method, String path, int status, String body) {
    return problems(method, path, status, "application/json", body);
  }

  private List<String> problems(String method, String path, int status, String type, String body) {
    return WireCheck.problems(
        schema,
        List.of(
            new WireExchange(
                method,
                path,
                Map.of(),
                status,
                Map.of("content-type", type),
                body,
                List.of(),
                true)));
  }
}
