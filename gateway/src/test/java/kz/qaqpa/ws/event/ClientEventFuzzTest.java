package kz.qaqpa.ws.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.fuzz.FuzzRun;
import kz.qaqpa.fuzz.Mutator;
import kz.qaqpa.http.wire.HttpError;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bytes of a message to an event: a good one, or one error frame that repeats no text. */
class ClientEventFuzzTest {
  private static final String SECRET = "QUPIYA-of-a-citizen";

  private static final List<String> CORPUS =
      List.of(
          create("\"input\":\"" + SECRET + "\""),
          create("\"input\":\"" + SECRET + "\",\"stream_id\":\"agent_1\",\"stream\":true"),
          create("\"input\":[{\"role\":\"user\",\"content\":\"" + SECRET + "\"}],\"store\":false"),
          create("\"input\":\"" + SECRET + "\",\"previous_response_id\":\"resp_1\""),
          create("\"input\":\"" + SECRET + "\",\"background\":false,\"generate\":true"),
          create("\"input\":\"" + SECRET + "\",\"instructions\":\"" + SECRET + "\""),
          "{\"type\":\"response.cancel\",\"stream_id\":\"a.b-c_D\"}",
          "{\"type\":\"response.cancel\",\"response_id\":\"resp_1\"}",
          "{\"type\":\"response.steer\",\"input\":\"" + SECRET + "\"}");

  private static final List<String> DICTIONARY =
      List.of(
          "null",
          "true",
          "false",
          "-1",
          "1e400",
          "\"\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "[]",
          "{}",
          "[[[[[[[[",
          "\"type\"",
          "\"stream_id\"",
          "\"response_id\"",
          "\"response.create\"",
          "\"response.cancel\"",
          "\"generate\"",
          "\"background\"",
          "\ufeff",
          "\u001b[31m",
          "\r\n",
          "қ");

  @Test
  void anyMessage_isAnEvent_orOneErrorFrame() {
    FuzzRun.of(new Mutator(CORPUS, DICTIONARY), (input, _) -> check(input));
  }

  /** The property, of any bytes. */
  static void check(byte[] input) {
    ClientEvent event = ClientEventReader.read(input);
    String lane = event.streamId();
    if (lane != null) {
      assertThat(lane).matches("[A-Za-z0-9_.-]{1,256}");
    }
    if (event instanceof ClientEvent.Bad bad) {
      assertIsOneGoodFrame(bad, new String(input, StandardCharsets.UTF_8));
    }
  }

  private static void assertIsOneGoodFrame(ClientEvent.Bad bad, String input) {
    byte[] frame = ErrorFrame.of(HttpError.of(bad.refusal()), bad.streamId());
    JsonNode json = JsonMapper.shared().readTree(frame);
    assertThat(json.path("type").asString()).isEqualTo("error");
    assertThat(json.path("status").asInt()).isEqualTo(400);
    assertThat(json.path("error").propertyNames())
        .containsExactly("type", "code", "message", "param");
    String text = json.path("error").path("message").asString();
    assertThat(text).contains(": ").contains("(expected: ").hasSizeLessThan(1000);
    assertThat(text).doesNotContainPattern("\\p{Cntrl}");
    boolean onlyAsText =
        input.split("\"(input|content|instructions)\":\"" + SECRET + "\"", -1).length
            == input.split(SECRET, -1).length;
    if (onlyAsText) {
      assertThat(text).doesNotContain(SECRET);
    }
  }

  private static String create(String fields) {
    return "{\"type\":\"response.create\",\"model\":\"kaz-mini\"," + fields + "}";
  }
}
