package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bad requests for responses: one clear error, in OpenAI's shape; nothing else notices. */
class ResponsesHostileTest {
  private static final String PATH = "/v1/responses";
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.of(Script.saying("иә"));
  }

  @AfterEach
  void stillServes() throws Exception {
    assertThat(post("\"input\":\"a\"").statusCode()).isEqualTo(200);
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "input":[]                     | input: 0 items (expected: a string, or 1 to 2048 items)
          "input":7                      | input: number (expected: string or array of items)
          "input":{"құпия":1}            | input: object of 1 (expected: string or array of items)
          "input":["құпия"]              | input[0]: string of 5 characters (expected: an object)
          "input":"\\ud800"              | input: unpaired surrogate at 0 (expected: well-formed text)
          "input":[{"role":"tool","content":"a"}] | input[0].role: "tool" (expected: system, developer, user or assistant)
          "input":[{"role":"user","content":5}]   | input[0].content: number (expected: string or array of text parts)
          "input":[{"role":"user","content":["құпия"]}] | input[0].content[0]: string of 5 characters (expected: an object)
          "input":[{"role":"user","content":[{"type":"input_text","text":{"a":"құпия"}}]}] | input[0].content[0].text: object of 1 (expected: string)
          "input":[{"role":"user","content":"a\\udc00"}] | input[0].content: unpaired surrogate at 1 (expected: well-formed text)
          "instructions":["құпия"]       | instructions: array of 1 (expected: string)
          "instructions":"\\udfff"       | instructions: unpaired surrogate at 0 (expected: well-formed text)
          "previous_response_id":5       | previous_response_id: 5 (expected: id of a response)
          "previous_response_id":"\\ud800" | previous_response_id: unpaired surrogate at 0 (expected: well-formed text)
          "store":"no"                   | store: "no" (expected: true or false)
          "stream":1                     | stream: 1 (expected: true or false)
          "max_output_tokens":0          | max_output_tokens: 0 (expected: >= 1)
          "max_output_tokens":1e3        | max_output_tokens: 1000.0 (expected: integer >= 1)
          "max_output_tokens":99999999999 | max_output_tokens: 99999999999 (expected: integer >= 1)
          "temperature":3                | temperature: 3 (expected: 0 to 2)
          "top_p":-1                     | top_p: -1 (expected: more than 0, at most 1)
          "top_logprobs":21              | top_logprobs: 21 (expected: 0 to 20)
          "top_logprobs":2               | top_logprobs: 2 (expected: absent, or include with "message.output_text.logprobs" beside it)
          "include":"all"                | include: "all" (expected: array of message.output_text.logprobs, file_search_call.results, web_search_call.results, web_search_call.action.sources, message.input_image.image_url, computer_call_output.output.image_url, code_interpreter_call.outputs, reasoning.encrypted_content)
          "truncation":"newest"          | truncation: "newest" (expected: auto or disabled)
          "truncation":true              | truncation: true (expected: auto or disabled)
          "metadata":{"a":5}             | metadata: an entry: number (expected: names of at most 64 characters, strings of at most 512)
          "metadata":{"a":"\\ud800"}     | metadata: unpaired surrogate at 0 (expected: well-formed text)
          "user":"\\ud800"               | user: unpaired surrogate at 0 (expected: well-formed text)
          "user":{"name":"Айгүл"}        | user: object of 1 (expected: string)
          "prompt_cache_key":5           | prompt_cache_key: number (expected: string)
          "parallel_tool_calls":"x"      | parallel_tool_calls: "x" (expected: true or false)
          "text":"plain"                 | text: string of 5 characters (expected: an object)
          "reasoning":[]                 | reasoning: array of 0 (expected: an object)
          "stream_options":[]            | stream_options: array of 0 (expected: an object)
          """)
  void wrongValues_areNamed(String field, String message) throws Exception {
    JsonNode error = error(400, post(field.contains("\"input\"") ? field : input(field)));
    assertThat(error.path("message").asString()).isEqualTo(message);
    assertThat(error.path("code").asString()).isEqualTo("invalid_value");
    assertThat(message).startsWith(error.path("param").asString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          tools              | "tools":[{"type":"function","name":"f"}]
          tool_choice        | "tool_choice":"required"
          tool_choice        | "tool_choice":{"type":"function","name":"f"}
          text.format        | "text":{"format":{"type":"json_schema"}}
          text.verbosity     | "text":{"verbosity":"high"}
          reasoning.effort   | "reasoning":{"effort":"high"}
          background         | "background":true
          conversation       | "conversation":"conv_1"
          context_management | "context_management":[{"type":"compaction"}]
          moderation         | "moderation":{}
          prompt             | "prompt":{"id":"pmpt_1"}
          generate           | "generate":false
          input[0].type      | "input":[{"type":"item_reference","id":"msg_1"}]
          input[0].type      | "input":[{"id":"msg_1"}]
          input[0].type      | "input":[{"type":"function_call_output","call_id":"c","output":"o"}]
          input[0].type      | "input":[{"type":"reasoning","summary":[]}]
          input[1].content[0].type | "input":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"input_image","image_url":"http://x"}]}]
          input[0].content[1].type | "input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_file","file_id":"f"}]}]
          """)
  void whatWouldChangeTheAnswer_isRefused(String param, String field) throws Exception {
    JsonNode error = error(400, post(field.contains("\"input\"") ? field : input(field)));
    assertThat(error.path("code").asString()).isEqualTo("unsupported_parameter");
    assertThat(error.path("param").asString()).isEqualTo(param);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"tools\":[],\"tool_choice\":\"auto\",\"max_tool_calls\":3,\"parallel_tool_calls\":null",
        "\"text\":{\"format\":{\"type\":\"text\"},\"verbosity\":null}",
        "\"reasoning\":{\"effort\":null,\"summary\":\"auto\"},\"background\":false",
        "\"include\":[\"reasoning.encrypted_content\"],\"top_logprobs\":0",
        "\"service_tier\":\"flex\",\"prompt_cache_retention\":\"24h\",\"banana\":{\"a\":[]}",
        "\"generate\":true,\"conversation\":null,\"prompt\":null,\"stream\":null"
      })
  void whatMeansOff_isPassedOver(String fields) throws Exception {
    assertThat(post(input(fields)).statusCode()).isEqualTo(200);
  }

  @Test
  void tooMuch_isRefused() throws Exception {
    String item = "{\"role\":\"user\",\"content\":\"a\"},";
    String items = "\"input\":[" + item.repeat(9_999) + item.substring(0, item.length() - 1) + "]";
    assertThat(error(400, post(items)).path("message").asString())
        .isEqualTo("input: 10000 items (expected: at most 2048 items)");
    String huge = "\"input\":\"" + "ә".repeat(1 << 20) + "\"";
    assertThat(error(400, post(huge)).path("code").asString()).isEqualTo("context_length_exceeded");
    assertThat(error(400, post(huge + ",\"truncation\":\"auto\"")).path("param").asString())
        .isEqualTo("input");
    String deep = "\"input\":" + "[".repeat(500) + "]".repeat(500);
    assertThat(error(400, post(deep)).path("code").asString()).isEqualTo("invalid_body");
    assertThat(
            error(400, post(input("\"safety_identifier\":\"" + "x".repeat(65) + "\"")))
                .path("message")
                .asString())
        .isEqualTo("safety_identifier: 65 characters (expected: at most 64 characters)");
  }

  @Test
  void whatIsMissing_isNamed() throws Exception {
    assertThat(error(400, gateway.post(PATH, "{\"input\":\"a\"}")).path("param").asString())
        .isEqualTo("model");
    assertThat(error(400, post("\"store\":true")).path("code").asString())
        .isEqualTo("missing_required_parameter");
    JsonNode model = error(404, gateway.post(PATH, "{\"model\":\"x\",\"input\":\"a\"}"));
    assertThat(model.path("code").asString()).isEqualTo("model_not_found");
  }

  @Test
  void oddPaths_areNotFound() throws Exception {
    for (String path :
        new String[] {
          "/v1/responses/", "/v1/responses//cancel", "/v1/responses/a/b", "/v1/responses/a/b/cancel"
        }) {
      assertThat(gateway.get(path).statusCode()).as(path).isIn(404, 405);
    }
    assertThat(error(404, gateway.get(PATH + "/resp_%0d%0a%1b")).path("code").asString())
        .isEqualTo("response_not_found");
    assertThat(error(400, gateway.get(made() + "/input_items?limit=0")).path("param").asString())
        .isEqualTo("limit");
    assertThat(error(400, gateway.get(made() + "/input_items?order=x")).path("param").asString())
        .isEqualTo("order");
    assertThat(error(400, gateway.get(made() + "/input_items?after=x")).path("param").asString())
        .isEqualTo("after");
  }

  @Test
  void withoutAKey_nothingIsTold() throws Exception {
    for (String path : new String[] {made(), made() + "/input_items"}) {
      assertThat(gateway.send(gateway.request(path, null).build()).statusCode()).isEqualTo(401);
    }
  }

  private static String made() throws Exception {
    JsonNode response = JsonMapper.shared().readTree(post("\"input\":\"a\"").body());
    return PATH + "/" + response.path("id").asString();
  }

  private static String input(String field) {
    return "\"input\":\"a\"," + field;
  }

  private static HttpResponse<String> post(String fields) throws Exception {
    return gateway.post(PATH, "{\"model\":\"kaz-mini\"," + fields + "}");
  }

  private static JsonNode error(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.body()).doesNotContain("құпия", "Айгүл");
    return JsonMapper.shared().readTree(response.body()).path("error");
  }
}
