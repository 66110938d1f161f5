package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.api.ChatMessage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tokenize and detokenize over a real socket. */
class TokensTest {
  private static final String TEXT = "Қарым-қатынас — 3,5 жыл.";
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.of(Script.saying("иә"));
  }

  @AfterEach
  void nothingLeft() throws Exception {
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void text_isCounted_inTokensCharactersAndWords() throws Exception {
    int[] ids = Script.tokenizer().encode(TEXT, Script.AS_TEXT);
    JsonNode body = json("/tokenize", "{\"model\":\"kaz-mini\",\"prompt\":\"" + TEXT + "\"}");
    assertThat(body.propertyNames())
        .containsExactly(
            "count",
            "max_model_len",
            "tokens",
            "token_strs",
            "characters",
            "words",
            "tokens_per_word");
    assertThat(body.path("count").asInt()).isEqualTo(ids.length + 1);
    assertThat(body.path("max_model_len").asInt()).isEqualTo(TestGateway.CONTEXT);
    assertThat(body.path("tokens").path(0).asInt()).isEqualTo(8186);
    assertThat(body.path("token_strs").isNull()).isTrue();
    assertThat(body.path("characters").asInt()).isEqualTo(24);
    assertThat(body.path("words").asInt()).isEqualTo(3);
    assertThat(body.path("tokens_per_word").asDouble())
        .isEqualTo(Math.round(100.0 * (ids.length + 1) / 3) / 100.0);
  }

  @Test
  void withoutTheStartToken_withStrings_andBackAgain() throws Exception {
    JsonNode body =
        json(
            "/tokenize",
            "{\"prompt\":\""
                + TEXT
                + "\",\"add_special_tokens\":false,\"return_token_strs\":true}");
    int[] ids = Script.tokenizer().encode(TEXT, Script.AS_TEXT);
    assertThat(body.path("tokens").toString()).isEqualTo(Arrays.toString(ids).replace(" ", ""));
    assertThat(body.path("token_strs").size()).isEqualTo(ids.length);
    JsonNode back = json("/detokenize", "{\"tokens\":" + body.path("tokens") + "}");
    assertThat(back.path("prompt").asString()).isEqualTo(TEXT);
    assertThat(back.path("words").asInt()).isEqualTo(3);
    assertThat(json("/detokenize", "{\"tokens\":[]}").toString())
        .isEqualTo("{\"prompt\":\"\",\"characters\":0,\"words\":0,\"tokens_per_word\":null}");
  }

  @Test
  void conversations_areRenderedFirst_withOrWithoutTheAnswersTurn() throws Exception {
    ServedModel model =
        Script.model(
            TestGateway.CONTEXT,
            new ServedModel.PromptEncoder() {
              @Override
              public int[] encode(List<ChatMessage> messages) {
                return encode(messages, true);
              }

              @Override
              public int[] encode(List<ChatMessage> messages, boolean answerFollows) {
                return answerFollows ? new int[] {1, 2, 3} : new int[] {1, 2};
              }
            });
    try (TestGateway own = TestGateway.of(Script.saying("иә"), model, UnaryOperator.identity())) {
      String talk = "\"messages\":[{\"role\":\"user\",\"content\":\"бір екі\"}]";
      JsonNode body = json(own, "/tokenize", "{" + talk + "}");
      assertThat(body.path("tokens").toString()).isEqualTo("[1,2,3]");
      assertThat(body.path("words").asInt()).isEqualTo(2);
      assertThat(body.path("characters").asInt()).isEqualTo(7);
      assertThat(
              json(own, "/tokenize", "{" + talk + ",\"add_generation_prompt\":false}")
                  .path("tokens")
                  .toString())
          .isEqualTo("[1,2]");
      assertThat(
              json(own, "/tokenize", "{" + talk + ",\"add_special_tokens\":true}")
                  .path("tokens")
                  .toString())
          .isEqualTo("[8186,1,2,3]");
      own.awaitNothingLeft();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /tokenize   | {}                                 | prompt: absent (expected: either prompt or messages)
          /tokenize   | {"prompt":"a","messages":[]}       | prompt: beside messages (expected: either prompt or messages)
          /tokenize   | {"prompt":["құпия"]}               | prompt: array of 1 (expected: string)
          /tokenize   | {"prompt":"\\ud800"}               | prompt: unpaired surrogate at 0 (expected: well-formed text)
          /tokenize   | {"prompt":"a","add_special_tokens":1} | add_special_tokens: 1 (expected: true or false)
          /tokenize   | {"prompt":"a","return_token_strs":"x"} | return_token_strs: "x" (expected: true or false)
          /tokenize   | {"messages":[{"role":"user"}]}     | messages[0].content: absent (expected: string or array of text parts)
          /tokenize   | {"messages":{},"add_generation_prompt":true} | messages: object of 0 (expected: array of messages)
          /tokenize   | {"messages":[]}                    | messages: 0 entries (expected: 1 to 2048 entries)
          /tokenize   | {"messages":[{"role":"user","content":"\\ud800"}]} | messages[0].content: unpaired surrogate at 0 (expected: well-formed text)
          /tokenize   | {"messages":[],"chat_template":"{{x}}"} | chat_template: not supported (expected: absent)
          /tokenize   | {"prompt":"a","continue_final_message":true} | continue_final_message: not supported (expected: absent)
          /detokenize | {}                                 | tokens: absent (expected: array of token ids)
          /detokenize | {"tokens":"құпия"}                 | tokens: string of 5 characters (expected: array of token ids)
          /detokenize | {"tokens":[1,"2"]}                 | tokens[1]: string of 1 characters (expected: token id)
          /detokenize | {"tokens":[1,8192]}                | tokens[1]: no token (expected: token ids, 0 to 8191)
          /detokenize | {"tokens":[-1]}                    | tokens[0]: no token (expected: token ids, 0 to 8191)
          /detokenize | {"tokens":[1e300]}                 | tokens[0]: number (expected: token id)
          """)
  void wrongValues_areNamed(String path, String body, String message) throws Exception {
    HttpResponse<String> response = gateway.post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    assertThat(JsonMapper.shared().readTree(response.body()).at("/error/message").asString())
        .isEqualTo(message);
  }

  @Test
  void keyModelMethodAndLength_areChecked() throws Exception {
    assertThat(
            gateway
                .send(
                    gateway
                        .request("/tokenize", null)
                        .POST(BodyPublishers.ofString("{\"prompt\":\"a\"}"))
                        .build())
                .statusCode())
        .isEqualTo(401);
    assertThat(gateway.post("/tokenize", "{\"prompt\":\"a\",\"model\":\"x\"}").statusCode())
        .isEqualTo(404);
    assertThat(gateway.get("/detokenize").statusCode()).isEqualTo(405);
    String text = "{\"prompt\":\"" + "a".repeat(1_000_000) + "\"}";
    assertThat(gateway.post("/tokenize", text).body())
        .contains("context_length_exceeded", "prompt: 1000000 characters");
    String ids = "{\"tokens\":[" + "1,".repeat(1024) + "1]}";
    assertThat(gateway.post("/detokenize", ids).body())
        .contains("context_length_exceeded", "tokens: 1025 tokens (expected: at most 1024");
  }

  @Test
  void clientsThatLeave_leaveNothing_andEachRequestHoldsAPermit() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    ServedModel held =
        Script.model(
            TestGateway.CONTEXT,
            messages -> {
              entered.release();
              proceed.acquireUninterruptibly();
              return new int[] {1};
            });
    try (TestGateway own = TestGateway.of(Script.saying("иә"), held, UnaryOperator.identity())) {
      String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
      String head = RawClient.head(body.length()).replace("/v1/chat/completions", "/tokenize");
      try (RawClient client = new RawClient(own.address())) {
        client.send(head).send(body);
        entered.acquireUninterruptibly();
        assertThat(own.gateway().gate().live()).isEqualTo(1);
      }
      TestGateway.await(() -> own.gateway().gate().live() == 0);
      proceed.release(1000);
      own.awaitNothingLeft();
    }
  }

  private static JsonNode json(String path, String body) throws Exception {
    return json(gateway, path, body);
  }

  private static JsonNode json(TestGateway gateway, String path, String body) throws Exception {
    HttpResponse<String> response = gateway.post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }
}
