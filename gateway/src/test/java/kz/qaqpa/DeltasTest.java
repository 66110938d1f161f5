package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a stream says adds up to what the whole answer says, choice by choice. */
class DeltasTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String[] PIECES = {
    "қ", "ә", "ғ", "ң", "ө", "ұ", "ү", "һ", "і", "қазақ", " ", "\n", "\"", "\\", "abc", "—", "😀",
    "ا"
  };

  @Test
  void deltas_addUpToTheWholeText() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.echoing())) {
      Seeds.forRandom(40, random -> check(gateway, random));
      gateway.awaitNothingLeft();
    }
  }

  private static void check(TestGateway gateway, RandomGenerator random) throws Exception {
    String text = text(random, 1 + random.nextInt(25));
    ObjectNode body = request(text, random);
    boolean greedy = body.path("temperature").asDouble() == 0;
    List<String> whole = texts(gateway.post(body.toString()).body());
    body.put("stream", true);
    body.putObject("stream_options").put("include_usage", random.nextBoolean());
    String stream = gateway.post(body.toString()).body();
    List<JsonNode> chunks = Sse.chunks(stream);
    assertThat(joined(chunks, whole.size())).isEqualTo(whole);
    if (greedy) {
      assertThat(stream).doesNotContain("\uFFFD");
      assertThat(whole).allSatisfy(said -> assertThat(text).startsWith(said));
      for (JsonNode stop : body.path("stop")) {
        assertThat(whole).allSatisfy(said -> assertThat(said).doesNotContain(stop.asString()));
      }
    }
  }

  private static ObjectNode request(String text, RandomGenerator random) {
    ObjectNode body = JSON.createObjectNode().put("model", "kaz-mini");
    body.putArray("messages").addObject().put("role", "user").put("content", text);
    body.put("temperature", random.nextBoolean() ? 0 : 1);
    body.put("seed", random.nextLong()).put("n", 1 + random.nextInt(3));
    body.put("logprobs", random.nextBoolean());
    body.put("max_tokens", 1 + random.nextInt(60));
    for (int i = random.nextInt(4); i > 0; i--) {
      body.withArray("stop").add(text(random, 1 + random.nextInt(3)));
    }
    return body;
  }

  private static String text(RandomGenerator random, int pieces) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pieces; i++) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  private static List<String> texts(String body) {
    List<String> texts = new ArrayList<>();
    for (JsonNode choice : JSON.readTree(body).path("choices")) {
      assertThat(choice.path("index").asInt()).isEqualTo(texts.size());
      texts.add(choice.path("message").path("content").asString());
    }
    return texts;
  }

  private static List<String> joined(List<JsonNode> chunks, int choices) {
    List<StringBuilder> texts = new ArrayList<>();
    for (int i = 0; i < choices; i++) {
      texts.add(new StringBuilder());
    }
    for (JsonNode chunk : chunks) {
      for (JsonNode choice : chunk.path("choices")) {
        texts
            .get(choice.path("index").asInt())
            .append(choice.path("delta").path("content").asString(""));
      }
    }
    return texts.stream().map(StringBuilder::toString).toList();
  }
}
