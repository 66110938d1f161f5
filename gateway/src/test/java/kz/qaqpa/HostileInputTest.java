package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.HttpSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bad input: one clear error, in OpenAI's shape; nothing else notices. */
class HostileInputTest {
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.of(
            Script.saying("иә"), Script.model(TestGateway.CONTEXT), HostileInputTest::impatient);
  }

  private static HttpSettings impatient(HttpSettings http) {
    return HttpTuning.of(http)
        .headTimeout(Duration.ofSeconds(2))
        .bodyTimeout(Duration.ofSeconds(2))
        .settings();
  }

  @AfterEach
  void stillServes() throws Exception {
    assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
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
          "temperature":-1                | temperature: -1 (expected: 0 to 2)
          "temperature":"hot"             | temperature: "hot" (expected: 0 to 2)
          "temperature":1e999             | temperature: Infinity (expected: 0 to 2)
          "top_p":0                       | top_p: 0 (expected: more than 0, at most 1)
          "n":0                           | n: 0 (expected: 1 to 8)
          "n":9                           | n: 9 (expected: 1 to 8)
          "n":1.5                         | n: 1.5 (expected: 1 to 8)
          "n":"2"                         | n: "2" (expected: 1 to 8)
          "n":1e99                        | n: 1.0E99 (expected: 1 to 8)
          "logprobs":1                    | logprobs: 1 (expected: true or false)
          "logprobs":true,"top_logprobs":21 | top_logprobs: 21 (expected: 0 to 20)
          "logprobs":true,"top_logprobs":-1 | top_logprobs: -1 (expected: 0 to 20)
          "logprobs":true,"top_logprobs":[] | top_logprobs: array of 0 (expected: 0 to 20)
          "top_logprobs":3                | top_logprobs: 3 (expected: absent, or logprobs true beside it)
          "logit_bias":[]                 | logit_bias: array of 0 (expected: an object)
          "logit_bias":{"a\\u001b":1}    | logit_bias: key "a\\u001b" (expected: token ids in decimal digits)
          "logit_bias":{"-1":1}           | logit_bias: key "-1" (expected: token ids in decimal digits)
          "logit_bias":{"007":1}          | logit_bias: key "007" (expected: token ids in decimal digits)
          "logit_bias":{"5":101}          | logit_bias.5: 101 (expected: -100 to 100)
          "logit_bias":{"5":1e999}        | logit_bias.5: Infinity (expected: -100 to 100)
          "logit_bias":{"5":"1"}          | logit_bias.5: "1" (expected: -100 to 100)
          "logit_bias":{"5":null}         | logit_bias.5: null (expected: -100 to 100)
          "logit_bias":{"8192":1}         | logit_bias: token 8192 (expected: tokens of the model, 0 to 8191)
          "priority":1.5                  | priority: 1.5 (expected: 32-bit integer)
          "priority":99999999999          | priority: 99999999999 (expected: 32-bit integer)
          "stream_options":{"include_obfuscation":1} | stream_options.include_obfuscation: 1 (expected: true or false)
          "top_k":-2                      | top_k: -2 (expected: >= -1)
          "top_k":1.5                     | top_k: 1.5 (expected: integer >= 0)
          "min_p":2                       | min_p: 2 (expected: 0 to 1)
          "repetition_penalty":0          | repetition_penalty: 0 (expected: more than 0, at most 10)
          "frequency_penalty":2.5         | frequency_penalty: 2.5 (expected: -2 to 2)
          "presence_penalty":-3           | presence_penalty: -3 (expected: -2 to 2)
          "max_tokens":0                  | max_tokens: 0 (expected: >= 1)
          "max_completion_tokens":-5      | max_completion_tokens: -5 (expected: >= 1)
          "max_tokens":99999999999        | max_tokens: 99999999999 (expected: integer >= 1)
          "seed":1.5                      | seed: 1.5 (expected: 64-bit integer)
          "stream":"yes"                  | stream: "yes" (expected: true or false)
          "stream_options":7              | stream_options: number (expected: an object)
          "stop":""                       | stop[0]: 0 characters (expected: 1 to 256 characters)
          "stop":[1]                      | stop: entry: number (expected: string or array of up to 16 strings)
          "stop":"\\ud800"                | stop[0]: unpaired surrogate at 0 (expected: well-formed text)
          "metadata":{"a":1}              | metadata: an entry: number (expected: names of at most 64 characters, strings of at most 512)
          "user":{"name":"Айгүл"}         | user: object of 1 (expected: string)
          """)
  void wrongValues_areNamed(String field, String message) throws Exception {
    JsonNode error = error(400, gateway.post(TestGateway.chat("a", field)));
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
          tools            | "tools":[{"type":"function"}]
          functions        | "functions":[{}]
          tool_choice      | "tool_choice":"auto"
          response_format  | "response_format":{"type":"json_object"}
          modalities       | "modalities":["text","audio"]
          audio            | "audio":{}
          prediction       | "prediction":{"type":"content"}
          web_search_options | "web_search_options":{}
          reasoning_effort | "reasoning_effort":"high"
          verbosity        | "verbosity":"low"
          moderation       | "moderation":{}
          function_call    | "function_call":"auto"
          """)
  void fieldsThatWouldChangeTheAnswer_areRefused(String param, String field) throws Exception {
    JsonNode error = error(400, gateway.post(TestGateway.chat("a", field)));
    assertThat(error.path("code").asString()).isEqualTo("unsupported_parameter");
    assertThat(error.path("param").asString()).isEqualTo(param);
  }

  @Test
  void fieldsThatMeanOff_andUnknownOnes_arePassedOver() throws Exception {
    String off =
        "\"n\":1,\"tools\":[],\"tool_choice\":\"none\",\"response_format\":{\"type\":\"text\"},"
            + "\"modalities\":[\"text\"],\"logprobs\":false,\"logit_bias\":{},\"audio\":null,"
            + "\"store\":false,\"temperature\":null,\"stop\":null,\"banana\":1,\"top_k\":-1";
    assertThat(gateway.post(TestGateway.chat("a", off)).statusCode()).isEqualTo(200);
    assertThat(gateway.get("/metrics").body())
        .containsPattern("qaqpa_ignored_fields_total\\{[^}]*\\} [1-9]");
  }

  @Test
  void textIsNeverRepeated() throws Exception {
    for (String body :
        List.of(
            TestGateway.chat("құпия", "\"temperature\":9"),
            "{\"model\":\"kaz-mini\",\"messages\":[{\"role\":\"user\",\"content\":{\"t\":\"құпия\"}}]}",
            "{\"model\":\"kaz-mini\",\"messages\":\"құпия\"}",
            TestGateway.chat("a", "\"stop\":{\"a\":\"құпия\"}"),
            TestGateway.chat("a", "\"metadata\":\"құпия\""),
            "құпия",
            "{\"құпия")) {
      assertThat(error(400, gateway.post(body)).path("message").asString()).doesNotContain("құп");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"model":"kaz-mini"}                       | messages: absent (expected: array of messages)
          {"model":"kaz-mini","messages":[]}         | messages: 0 entries (expected: 1 to 2048 entries)
          {"messages":[{"role":"user","content":"a"}]} | model: absent (expected: name of a model)
          {"model":"kaz-mini","messages":[{"role":"function","content":"a"}]} | messages[0].role: "function" (expected: system, developer, user, assistant or tool)
          {"model":"kaz-mini","messages":[{"role":"tool","content":"a"}]} | messages[0].tool_call_id: absent (expected: id of the call that this answers)
          {"model":"kaz-mini","messages":[{"role":"tool","content":"a","tool_call_id":7}]} | messages[0].tool_call_id: number (expected: string)
          {"model":"kaz-mini","messages":[{"role":"assistant","content":"a","tool_calls":[{}]}]} | messages[0].tool_calls: not supported (expected: absent)
          {"model":"kaz-mini","messages":[{"role":"user"}]} | messages[0].content: absent (expected: string or array of text parts)
          {"model":"kaz-mini","messages":[{"role":"user","content":"\\udc00"}]} | messages[0].content: unpaired surrogate at 0 (expected: well-formed text)
          {"model":"kaz-mini","messages":[{"role":"user","content":[{"type":"image_url"}]}]} | messages[0].content[0].type: "image_url" is not supported (expected: "text")
          []                                         | body: array of 0 (expected: a JSON object)
          {"model":1,"model":2}                      | body: a name twice in one object at line 1, column 19 (expected: each name once)
          {"temperature":NaN}                        | body: malformed JSON at line 1, column 19 (expected: a JSON object)
          {} {}                                      | body: malformed JSON at line 1, column 4 (expected: a JSON object)
          """)
  void brokenBodies_areNamed(String body, String message) throws Exception {
    assertThat(error(400, gateway.post(body)).path("message").asString()).isEqualTo(message);
  }

  @Test
  void deepJson_tooManyMessages_invalidUtf8_areRefused() throws Exception {
    assertThat(error(400, gateway.post("[".repeat(100_000))).path("message").asString())
        .startsWith("body: beyond the limits");
    StringBuilder many = new StringBuilder("{\"model\":\"kaz-mini\",\"messages\":[");
    many.append("{\"role\":\"user\",\"content\":\"\"},".repeat(10_000))
        .setLength(many.length() - 1);
    assertThat(error(400, gateway.post(many + "]}")).path("message").asString())
        .isEqualTo("messages: 10000 entries (expected: 1 to 2048 entries)");
    byte[] broken = TestGateway.chat("қ", "").getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < broken.length; i++) {
      broken[i] = broken[i] == (byte) 0xd2 ? (byte) 0xff : broken[i];
    }
    HttpResponse<String> response =
        gateway.send(
            gateway
                .request("/v1/chat/completions", TestGateway.KEY)
                .POST(BodyPublishers.ofByteArray(broken))
                .build());
    assertThat(error(400, response).path("message").asString())
        .startsWith("body: invalid UTF-8 at");
  }

  @Test
  void longPrompts_areRefusedByNumber() throws Exception {
    JsonNode words = error(400, gateway.post(TestGateway.chat("сөз ".repeat(2000), "")));
    assertThat(words.path("code").asString()).isEqualTo("context_length_exceeded");
    assertThat(words.path("message").asString()).matches("messages: \\d+ tokens .*at most 1023.*");
    JsonNode obvious = error(400, gateway.post(TestGateway.chat("a".repeat(1_000_000), "")));
    assertThat(obvious.path("code").asString()).isEqualTo("context_length_exceeded");
    assertThat(obvious.path("message").asString()).startsWith("messages: 1000000 characters");
    JsonNode asked = error(400, gateway.post(TestGateway.chat("a", "\"max_tokens\":1024")));
    assertThat(asked.path("code").asString()).isEqualTo("context_length_exceeded");
    assertThat(asked.path("param").asString()).isEqualTo("max_completion_tokens");
  }

  @Test
  void largeBodies_are413() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      assertThat(client.send(RawClient.head(8_388_609)).readAll())
          .startsWith("HTTP/1.1 413 ")
          .contains("body: 8388609 bytes (expected: at most 8388608 bytes)");
    }
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(RawClient.head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
      byte[] chunk = ("100000\r\n" + " ".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.UTF_8);
      String answer = "";
      try {
        for (int i = 0; i < 9; i++) {
          client.send(chunk);
        }
        answer = client.readUntil("request_too_large");
      } catch (IOException e) {
        answer = "reset"; // The server may close before all has been sent.
      }
      assertThat(answer).containsAnyOf("HTTP/1.1 413 ", "reset");
    }
  }

  @Test
  void brokenHttp_isAnsweredOrClosed() throws Exception {
    List<String> answers = new ArrayList<>();
    for (String request :
        List.of(
            "GARBAGE\r\n\r\n",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nabc",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                + "Content-Length: 2\r\n\r\nab",
            "GET /" + "a".repeat(40_000) + " HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nX: " + "a".repeat(40_000) + "\r\n\r\n",
            "GET /livez HTTP/1.1\r\nBad Header\u0000: x\r\n\r\n")) {
      try (RawClient client = new RawClient(gateway.address())) {
        answers.add(client.send(request).readAll());
      } catch (IOException e) {
        answers.add(""); // Closed with some of the request unread.
      }
    }
    assertThat(answers).allMatch(answer -> answer.isEmpty() || answer.startsWith("HTTP/1.1 4"));
  }

  @Test
  void slowSenders_loseTheirConnection() throws Exception {
    try (RawClient head = new RawClient(gateway.address());
        RawClient body = new RawClient(gateway.address())) {
      head.send("GET /livez HTTP/1.1\r\nHost:");
      body.send(RawClient.head(100)).send("{");
      assertThat(head.readAll()).isEmpty();
      assertThat(body.readUntil("request_timeout")).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInOrder() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      String get = "GET /livez HTTP/1.1\r\nHost: a\r\nx-request-id: ID\r\n\r\n";
      client.send(get.replace("ID", "one") + get.replace("ID", "two"));
      String answers = client.readUntil("x-request-id: two");
      assertThat(answers.indexOf("x-request-id: one")).isPositive();
      assertThat(answers.indexOf("x-request-id: two")).isGreaterThan(answers.indexOf(": one"));
    }
  }

  @Test
  void unknownPathsAndMethods_areOpenAisErrors() throws Exception {
    JsonNode missing = error(404, gateway.get("/v1/nothing?a=b"));
    assertThat(missing.path("code").asString()).isEqualTo("not_found");
    HttpResponse<String> method = gateway.get("/v1/chat/completions");
    error(405, method);
    assertThat(method.headers().firstValue("allow")).hasValue("POST");
    JsonNode model =
        error(404, gateway.post(TestGateway.chat("a", "").replace("kaz-mini", "gpt\\u001b[31m")));
    assertThat(model.path("code").asString()).isEqualTo("model_not_found");
    assertThat(model.path("message").asString())
        .isEqualTo("model: \"gpt\\u001b[31m\" (expected: \"kaz-mini\")");
    error(404, gateway.get("/v1/models/other"));
    assertThat(gateway.get("/v1/models/kaz-mini").statusCode()).isEqualTo(200);
  }

  @Test
  void encodedBodies_areRefused() throws Exception {
    for (String[] header :
        List.of(
            new String[] {"Content-Encoding", "gzip"}, new String[] {"Content-Type", "text/xml"})) {
      error(
          415,
          gateway.send(
              gateway
                  .request("/v1/chat/completions", TestGateway.KEY)
                  .header(header[0], header[1])
                  .POST(BodyPublishers.ofString(TestGateway.chat("a", "")))
                  .build()));
    }
  }

  private static JsonNode error(int status, HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    JsonNode error = JsonMapper.shared().readTree(response.body()).path("error");
    assertThat(error.propertyNames()).containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.path("message").isString()).isTrue();
    return error;
  }
}
