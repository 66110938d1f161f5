package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Semaphore;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.Golden;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One response over HTTP, whole and streamed. */
class ResponsesTest {
  private static final String PATH = "/v1/responses";
  private static final String KAZAKH = "Әлем — «қақпа»: ғ ң ө ұ ү һ і \"\\\n😀";
  private static final String PLAIN =
      "\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}";

  @Test
  void streamsAndBodies_byteByByte() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(KAZAKH))) {
      Golden.check("responses.sse", post(gateway, PLAIN).body());
      Golden.check("responses-padded.sse", post(gateway, "\"stream\":true").body());
      Golden.check("responses.json", post(gateway, "\"store\":true").body());
      Golden.check(
          "responses-echo.json",
          post(
                  gateway,
                  """
                  "instructions":"Қысқа","max_output_tokens":900,"metadata":{"b":"2","a":"1"},
                  "temperature":0.5,"top_p":0.9,"truncation":"auto","tool_choice":"none",
                  "parallel_tool_calls":false,"user":"u","safety_identifier":"s","store":false,
                  "prompt_cache_key":"p","seed":7,"top_k":5,"min_p":0.1,"repetition_penalty":1.1,
                  "reasoning":{"effort":"none"},"text":{"format":{"type":"text"}},"tools":[],
                  "background":false,"include":[],"stop":"жоқ"
                  """)
              .body());
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void probabilities_whereAskedFor() throws Exception {
    String asked = "\"include\":[\"message.output_text.logprobs\"],\"top_logprobs\":2";
    try (TestGateway gateway = TestGateway.of(Script.saying("қа!"))) {
      Golden.check("responses-logprobs.sse", post(gateway, PLAIN + "," + asked).body());
      JsonNode part = json(post(gateway, asked)).path("output").path(0).path("content").path(0);
      assertThat(part.path("logprobs").size()).isEqualTo(Script.length("қа!"));
      assertThat(part.path("logprobs").path(0).path("top_logprobs").size()).isEqualTo(2);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void deltas_concatenateToTheWholeText() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(KAZAKH))) {
      HttpResponse<String> stream = post(gateway, "\"stream\":true");
      assertThat(stream.headers().firstValue("AI-Disclosure")).isPresent();
      assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
      List<JsonNode> events = Sse.named(stream.body());
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < events.size(); i++) {
        assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        text.append(events.get(i).path("delta").asString(""));
      }
      HttpResponse<String> whole = post(gateway, "\"store\":true");
      assertThat(whole.headers().firstValue("AI-Disclosure")).isPresent();
      assertThat(text.toString()).isEqualTo(KAZAKH).isEqualTo(text(json(whole)));
      assertThat(text(events.getLast().path("response"))).isEqualTo(KAZAKH);
    }
  }

  @Test
  void aCutAnswer_isIncomplete() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(KAZAKH))) {
      JsonNode whole = json(post(gateway, "\"max_output_tokens\":3"));
      assertThat(whole.path("status").asString()).isEqualTo("incomplete");
      assertThat(whole.path("incomplete_details").path("reason").asString())
          .isEqualTo("max_output_tokens");
      assertThat(whole.path("completed_at").isNull()).isTrue();
      assertThat(whole.path("output").path(0).path("status").asString()).isEqualTo("incomplete");
      assertThat(text(whole)).as("no half letter").isEqualTo("Ә");
      List<JsonNode> events =
          Sse.named(post(gateway, "\"stream\":true,\"max_output_tokens\":3").body());
      assertThat(events.getLast().path("type").asString()).isEqualTo("response.incomplete");
    }
  }

  @Test
  void theFirstEvents_areSentBeforeTheFirstToken() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"));
        RawClient client = new RawClient(gateway.address())) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      client.post(PATH, body("\"stream\":true"));
      assertThat(client.readUntil("event: response.content_part.added"))
          .startsWith("HTTP/1.1 200 OK")
          .contains("event: response.created", "event: response.in_progress");
      steps.release(1000);
      assertThat(client.readUntil("event: response.completed")).contains("\"delta\":\"ә\"");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aFailureAfterTheBeginning_isAnEvent() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      failAt(gateway, 5);
      List<JsonNode> events = Sse.named(post(gateway, PLAIN).body());
      JsonNode last = events.getLast();
      assertThat(last.path("type").asString()).isEqualTo("response.failed");
      assertThat(last.path("response").path("status").asString()).isEqualTo("failed");
      assertThat(last.path("response").path("error").path("code").asString())
          .isEqualTo("server_error");
      gateway.awaitNothingLeft();
      assertThat(gateway.get("/metrics").body()).contains("engine_failed");
    }
  }

  @Test
  void aFailureOfAWholeResponse_isAnError() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      failAt(gateway, 5);
      HttpResponse<String> response = post(gateway, "\"store\":true");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(json(response).path("error").path("code").asString()).isEqualTo("engine_failed");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void itemsOfEachKind_areOneConversation() throws Exception {
    String items =
        """
        [{"role":"system","content":"a"},
         {"type":"message","role":"developer","content":[{"type":"input_text","text":"b"}]},
         {"role":"user","content":[{"type":"input_text","text":"c"},
                                   {"type":"input_text","text":"d"}]},
         {"id":"msg_1","type":"message","status":"completed","role":"assistant","phase":null,
          "content":[{"type":"output_text","text":"e","annotations":[],"logprobs":[]}]},
         {"role":"user","content":"f"}]
        """;
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      JsonNode response =
          json(gateway.post(PATH, "{\"model\":\"kaz-mini\",\"input\":" + items + "}"));
      int prompt = Script.tokenizer().encode("abcdef", Script.AS_TEXT).length + 1;
      assertThat(response.path("usage").path("input_tokens").asInt()).isEqualTo(prompt);
      String list = PATH + "/" + response.path("id").asString() + "/input_items";
      JsonNode all = json(gateway.get(list + "?order=asc"));
      assertThat(all.path("data").size()).isEqualTo(5);
      assertThat(all.path("data").path(2).path("content").path(0).path("text").asString())
          .isEqualTo("cd");
      assertThat(all.path("has_more").asBoolean()).isFalse();
      JsonNode newest = json(gateway.get(list + "?limit=2"));
      assertThat(newest.path("has_more").asBoolean()).isTrue();
      assertThat(newest.path("first_id")).isEqualTo(all.path("last_id"));
      JsonNode next =
          json(gateway.get(list + "?limit=100&after=" + newest.path("last_id").asString()));
      assertThat(next.path("data").size()).isEqualTo(3);
    }
  }

  private static void failAt(TestGateway gateway, int step) {
    gateway
        .engine()
        .beforeStep(_ -> {
          if (gateway.engine().steps() == step) {
            throw new EngineFault.Transient("scripted", null);
          }
        });
  }

  private static HttpResponse<String> post(TestGateway gateway, String more) throws Exception {
    return gateway.post(PATH, body(more));
  }

  private static String body(String more) {
    return "{\"model\":\"kaz-mini\",\"input\":\"Сәлем\"," + more + "}";
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  private static String text(JsonNode response) {
    return response.path("output").path(0).path("content").path(0).path("text").asString("");
  }
}
