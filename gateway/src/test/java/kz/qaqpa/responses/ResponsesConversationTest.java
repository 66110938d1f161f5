package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.tokenizer.ChatTemplate;
import kz.qaqpa.tokenizer.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Conversations of several turns, rendered by the shipped chat template. The model says a text in
 * the tokens that the tokenizer would give it, as a trained model does.
 */
class ResponsesConversationTest {
  private static final String PATH = "/v1/responses";
  private static final String ANSWER =
      "Қазақстан Республикасының астанасы — Астана қаласы. Ол Есіл өзенінің бойында орналасқан. "
          + "Қалада мемлекеттік органдар, оқу орындары және көптеген мәдени ескерткіштер бар.";
  private static final String QUESTION =
      "Қазақстанның астанасы туралы қысқаша айтып беріңізші, мен сол жаққа бармақпын.";
  private static final int END_HEADER = 8189;
  private static final int END_OF_TEXT = 8187;
  private static final int BLOCK = 64;

  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = gateway(TestGateway.CONTEXT);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitNothingLeft();
    gateway.close();
  }

  @Test
  void laterTurns_computeOnlyWhatIsNew() throws Exception {
    JsonNode first = answered("\"input\":\"" + QUESTION + "\"");
    assertThat(first.path("usage").path("input_tokens_details").path("cached_tokens").asInt())
        .isZero();
    JsonNode second = next(first, "Ал Алматы ше?", "");
    JsonNode third = next(second, "Рақмет!", "");
    for (List<JsonNode> turns : List.of(List.of(first, second), List.of(second, third))) {
      int before = turns.get(0).path("usage").path("total_tokens").asInt();
      JsonNode usage = turns.get(1).path("usage");
      int cached = usage.path("input_tokens_details").path("cached_tokens").asInt();
      assertThat(usage.path("input_tokens").asInt()).isGreaterThan(before);
      assertThat(cached).isBetween(before - BLOCK, before);
    }
    assertThat(third.path("previous_response_id").asString())
        .isEqualTo(second.path("id").asString());
    assertThat(roles(third)).containsExactly("user", "assistant", "user", "assistant", "user");
  }

  @Test
  void branches_areIndependent() throws Exception {
    JsonNode root = answered("\"input\":\"" + QUESTION + "\"");
    JsonNode one = next(root, "бір", "");
    JsonNode two = next(root, "екі", "");
    assertThat(one.path("usage").path("input_tokens").asInt()).isPositive();
    assertThat(roles(two)).containsExactly("user", "assistant", "user");
  }

  @Test
  void instructions_areForOneResponse() throws Exception {
    JsonNode first = answered("\"input\":\"a\",\"instructions\":\"" + QUESTION + "\"");
    assertThat(first.path("instructions").asString()).isEqualTo(QUESTION);
    JsonNode plain = next(first, "b", "");
    assertThat(plain.path("instructions").isNull()).isTrue();
    assertThat(inputTokens(plain))
        .isEqualTo(length(user("a"), assistant(ANSWER), user("b")))
        .isLessThan(inputTokens(next(first, "b", ",\"instructions\":\"" + QUESTION + "\"")));
    assertThat(roles(plain)).containsExactly("user", "assistant", "user");
  }

  @Test
  void systemMessagesInTheInput_stay() throws Exception {
    JsonNode first =
        answered(
            "\"input\":[{\"role\":\"system\",\"content\":\"s\"},"
                + "{\"role\":\"user\",\"content\":\"a\"}]");
    assertThat(roles(next(first, "b", ""))).containsExactly("system", "user", "assistant", "user");
  }

  @Test
  void unknown_deleted_notStored_andAnothers_areNotFound() throws Exception {
    JsonNode first = answered("\"input\":\"a\"");
    String id = first.path("id").asString();
    JsonNode unstored = answered("\"input\":\"a\",\"store\":false");
    HttpResponse<String> others =
        gateway.send(
            gateway
                .request(PATH, TestGateway.OTHER_KEY)
                .POST(BodyPublishers.ofString(body("\"input\":\"b\"," + previous(id))))
                .build());
    assertNotFound(others);
    assertNotFound(post("\"input\":\"b\"," + previous("resp_0")));
    assertNotFound(post("\"input\":\"b\"," + previous(unstored.path("id").asString())));
    assertThat(gateway.send(request(id).DELETE().build()).statusCode()).isEqualTo(200);
    assertNotFound(post("\"input\":\"b\"," + previous(id)));
  }

  @Test
  void stored_canBeSeen_byItsApplicationOnly() throws Exception {
    JsonNode made = answered("\"input\":\"a\",\"metadata\":{\"k\":\"v\"}");
    String id = made.path("id").asString();
    HttpResponse<String> found = gateway.get(PATH + "/" + id);
    assertThat(JsonMapper.shared().readTree(found.body())).isEqualTo(made);
    assertThat(found.headers().firstValue("AI-Disclosure")).isPresent();
    HttpResponse<String> others =
        gateway.send(gateway.request(PATH + "/" + id, TestGateway.OTHER_KEY).build());
    assertThat(others.statusCode()).isEqualTo(404);
    HttpResponse<String> deleted = gateway.send(request(id).DELETE().build());
    assertThat(deleted.body())
        .isEqualTo("{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
    assertThat(gateway.get(PATH + "/" + id).statusCode()).isEqualTo(404);
    assertThat(gateway.get(PATH + "/" + id + "/input_items").statusCode()).isEqualTo(404);
    assertThat(gateway.send(request(id).DELETE().build()).statusCode()).isEqualTo(404);
  }

  @Test
  void truncation_dropsOldestTurns_orRefuses() throws Exception {
    gateway.close();
    gateway = gateway(256);
    String more = ",\"max_output_tokens\":90";
    JsonNode response = answered("\"input\":\"" + QUESTION + "\"" + more);
    for (int turn = 0; turn < 5; turn++) {
      response = next(response, QUESTION, more + ",\"truncation\":\"auto\"");
      assertThat(response.path("truncation").asString()).isEqualTo("auto");
      assertThat(inputTokens(response)).isLessThanOrEqualTo(256 - 90);
    }
    assertThat(roles(response)).as("nothing is forgotten").hasSize(11);
    JsonNode error =
        JsonMapper.shared()
            .readTree(
                post("\"input\":\""
                        + QUESTION
                        + "\""
                        + more
                        + ","
                        + previous(response.path("id").asString()))
                    .body())
            .path("error");
    assertThat(error.path("code").asString()).isEqualTo("context_length_exceeded");
    String huge = QUESTION.repeat(40);
    HttpResponse<String> alone = post("\"input\":\"" + huge + "\",\"truncation\":\"auto\"");
    assertThat(alone.statusCode()).isEqualTo(400);
    assertThat(alone.body()).contains("context_length_exceeded");
  }

  private static void assertNotFound(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = JsonMapper.shared().readTree(response.body()).path("error");
    assertThat(error.path("code").asString()).isEqualTo("previous_response_not_found");
    assertThat(error.path("param").asString()).isEqualTo("previous_response_id");
  }

  private JsonNode next(JsonNode response, String input, String more) throws Exception {
    return answered(
        "\"input\":\"" + input + "\"," + previous(response.path("id").asString()) + more);
  }

  private JsonNode answered(String fields) throws Exception {
    HttpResponse<String> response = post(fields);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }

  private HttpResponse<String> post(String fields) throws Exception {
    return gateway.post(PATH, body(fields));
  }

  private java.net.http.HttpRequest.Builder request(String id) {
    return gateway.request(PATH + "/" + id, TestGateway.KEY);
  }

  private List<String> roles(JsonNode response) throws Exception {
    String list = PATH + "/" + response.path("id").asString() + "/input_items?order=asc&limit=100";
    return JsonMapper.shared()
        .readTree(gateway.get(list).body())
        .path("data")
        .valueStream()
        .map(item -> item.path("role").asString())
        .toList();
  }

  private static String body(String fields) {
    return "{\"model\":\"kaz-mini\"," + fields + "}";
  }

  private static String previous(String id) {
    return "\"previous_response_id\":\"" + id + "\"";
  }

  private static int inputTokens(JsonNode response) {
    return response.path("usage").path("input_tokens").asInt();
  }

  private static int length(Message... messages) {
    return template().encode(List.of(messages), true).length;
  }

  private static Message user(String content) {
    return new Message("user", content);
  }

  private static Message assistant(String content) {
    return new Message("assistant", content);
  }

  private static ChatTemplate template() {
    return ChatTemplate.load(Script.KAZ_MINI, Script.tokenizer());
  }

  private static TestGateway gateway(int context) {
    ChatTemplate template = template();
    ServedModel model =
        Script.model(
            context,
            messages ->
                template.encode(
                    messages.stream().map(m -> new Message(m.role(), m.content())).toList(), true));
    return TestGateway.of(naturally(), model, UnaryOperator.identity());
  }

  /** Says the answer after the last header, then ends its turn. */
  private static PseudoModel naturally() {
    int[] script = Script.tokenizer().encode(ANSWER, Script.AS_TEXT);
    int newline = Script.tokenizer().encode("\n\n", Script.AS_TEXT).length;
    return (context, length, into) -> {
      int header = length - 1;
      while (context[header] != END_HEADER) {
        header--;
      }
      int said = Math.max(0, length - 1 - header - newline);
      Arrays.fill(into, 0);
      into[said < script.length ? script[said] : END_OF_TEXT] = 10;
    };
  }
}
