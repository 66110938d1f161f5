package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.Golden;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

/**
 * Streams and bodies byte by byte. The scripted model gives a token for each byte, so every Kazakh
 * letter comes in two.
 */
class GoldenTest {
  private static final String KAZAKH = "Әлем — «қақпа»: ғ ң ө ұ ү һ і \"\\\n😀";
  private static final String PLAIN =
      "\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}";
  private static final String WITH_USAGE =
      "\"stream\":true,\"stream_options\":{\"include_obfuscation\":false,\"include_usage\":true}";

  @Test
  void chat() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(KAZAKH))) {
      Golden.check("chat.sse", stream(gateway, "\"stream\":true"));
      Golden.check("chat-plain.sse", stream(gateway, PLAIN));
      Golden.check("chat-usage.sse", stream(gateway, WITH_USAGE));
      Golden.check("chat.json", stream(gateway, "\"stream\":false"));
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void chat_choicesWithProbabilities() throws Exception {
    String more = ",\"n\":2,\"logprobs\":true,\"top_logprobs\":2";
    try (TestGateway gateway = TestGateway.of(Script.saying("қа!"))) {
      String stream = stream(gateway, WITH_USAGE + more);
      assertThat(stream.indexOf("\"index\":1,\"delta\":{\"role\""))
          .as("each choice opens before the first token")
          .isPositive()
          .isLessThan(stream.indexOf("\"content\":\"қ\""));
      Golden.check("chat-choices.sse", Golden.byChoice(stream));
      Golden.check("chat-choices.json", stream(gateway, "\"stream\":false" + more));
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void completions() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.after("Сәлем", KAZAKH))) {
      String all = ",\"max_tokens\":99";
      Golden.check("completion.sse", completion(gateway, "\"stream\":true" + all));
      Golden.check(
          "completion-usage.sse", completion(gateway, WITH_USAGE + ",\"echo\":true" + all));
      Golden.check("completion.json", completion(gateway, "\"echo\":true" + all));
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void completions_choicesWithProbabilities() throws Exception {
    String more = ",\"n\":2,\"logprobs\":2";
    try (TestGateway gateway = TestGateway.of(Script.after("Сәлем", "қа!"))) {
      Golden.check(
          "completion-choices.sse", Golden.byChoice(completion(gateway, WITH_USAGE + more)));
      Golden.check("completion-choices.json", completion(gateway, "\"stream\":false" + more));
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void chat_errorInTheMiddle() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      gateway
          .engine()
          .beforeStep(_ -> {
            if (gateway.engine().steps() == 5) {
              throw new EngineFault.Transient("scripted", null);
            }
          });
      Golden.check("chat-error.sse", stream(gateway, WITH_USAGE));
      gateway.awaitNothingLeft();
    }
  }

  private static String stream(TestGateway gateway, String more) throws Exception {
    return gateway.post(TestGateway.chat("Сәлем", more)).body();
  }

  private static String completion(TestGateway gateway, String more) throws Exception {
    String body = "{\"model\":\"kaz-mini\",\"prompt\":\"Сәлем\"," + more + "}";
    return gateway.post("/v1/completions", body).body();
  }
}
