package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kz.qaqpa.fixture.Golden;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import kz.qaqpa.openai.WireCheck;
import kz.qaqpa.tap.WireExchange;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Transcripts byte by byte: a frame a line. The scripted model gives a token for each byte, so
 * every Kazakh letter comes in two.
 */
class WsGoldenTest {
  private static final String KAZAKH = "Әлем — «қақпа»: ғ ң ө ұ ү һ і \"\\\n😀";

  @Test
  void transcript() throws Exception {
    try (TestGateway gateway = gateway();
        WsRaw client = WsRaw.open(gateway)) {
      List<String> frames = new ArrayList<>();
      String plain = "\"stream_options\":{\"include_obfuscation\":false}";
      List<JsonNode> events = read(client.create("Сәлем", plain), "response.completed", frames);
      assertThat(WsRaw.text(events)).isEqualTo(KAZAKH);
      String id = events.getFirst().path("response").path("id").asString();
      read(
          client.create(
              "Тағы",
              "\"stream_id\":\"agent_1\",\"max_output_tokens\":5,\"store\":false,"
                  + "\"previous_response_id\":\""
                  + id
                  + "\""),
          "response.incomplete",
          frames);
      read(
          client.create("?", "\"stream_id\":\"a\",\"previous_response_id\":\"resp_0\""),
          "error",
          frames);
      read(client.create("?", "\"temperature\":3"), "error", frames);
      read(client.text("{\"type\":\"response.steer\",\"stream_id\":\"a\"}"), "error", frames);
      Golden.check("websocket.txt", String.join("\n", frames) + "\n");
      WireCheck.check(
          List.of(
              new WireExchange("GET", "/v1/responses", Map.of(), 101, Map.of(), "", frames, true)));
    }
  }

  @Test
  void deltas_areTheWholeAnswer() throws Exception {
    try (TestGateway gateway = gateway();
        WsRaw client = WsRaw.open(gateway)) {
      var response =
          gateway.send(
              gateway
                  .request("/v1/responses", TestGateway.KEY)
                  .POST(BodyPublishers.ofString("{\"model\":\"kaz-mini\",\"input\":\"Сәлем\"}"))
                  .build());
      String whole =
          JsonMapper.shared()
              .readTree(response.body())
              .path("output")
              .path(0)
              .path("content")
              .path(0)
              .path("text")
              .asString();
      assertThat(whole).isEqualTo(KAZAKH);
      assertThat(WsRaw.text(client.create("Сәлем", "").until("response.completed")))
          .isEqualTo(whole);
    }
  }

  private static List<JsonNode> read(WsRaw client, String type, List<String> frames)
      throws Exception {
    List<JsonNode> events = new ArrayList<>();
    do {
      WsRaw.Frame frame = client.event();
      frames.add(frame.text());
      events.add(frame.json());
    } while (!events.getLast().path("type").asString().equals(type));
    return events;
  }

  private static TestGateway gateway() {
    return TestGateway.sockets(
        Script.saying(KAZAKH), Script.model(TestGateway.CONTEXT), new WsTuning());
  }
}
