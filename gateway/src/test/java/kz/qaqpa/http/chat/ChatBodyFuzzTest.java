package kz.qaqpa.http.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fuzz.FuzzRun;
import kz.qaqpa.fuzz.Mutator;
import kz.qaqpa.http.api.JsonBody;
import org.junit.jupiter.api.Test;

/** Bytes to a chat request: a request, or one refusal that names a field and repeats no text. */
class ChatBodyFuzzTest {
  private static final String SECRET = "QUPIYA-of-a-citizen";
  private static final Pattern FIELD = Pattern.compile("[\\w.\\[\\]]{1,120}");

  /** Where the secret may stand without being repeated. */
  private static final Pattern AS_CONTENT = Pattern.compile("\"content\":\"" + SECRET + "\"");

  private static final List<String> CORPUS =
      List.of(
          TestGateway.chat(SECRET, ""),
          TestGateway.chat(SECRET, "\"stream\":true,\"stream_options\":{\"include_usage\":true}"),
          TestGateway.chat(SECRET, "\"temperature\":0.7,\"top_p\":0.9,\"top_k\":40,\"min_p\":0.1"),
          TestGateway.chat(SECRET, "\"max_tokens\":5,\"max_completion_tokens\":5,\"seed\":-7"),
          TestGateway.chat(
              SECRET, "\"stop\":[\"а\",\"б\"],\"user\":\"u\",\"metadata\":{\"a\":\"b\"}"),
          TestGateway.chat(SECRET, "\"frequency_penalty\":-2,\"presence_penalty\":2,\"n\":1"),
          TestGateway.chat(
              SECRET, "\"logit_bias\":{\"5\":-100},\"logprobs\":true,\"top_logprobs\":2"),
          TestGateway.chat(
              SECRET, "\"tools\":[],\"tool_choice\":\"none\",\"response_format\":null"),
          "{\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"ә\"}]},"
              + "{\"role\":\"assistant\",\"content\":\""
              + SECRET
              + "\"}],\"model\":\"kaz-mini\"}");

  private static final List<String> DICTIONARY =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "-1",
          "1e400",
          "-0.0",
          "NaN",
          "99999999999999999999",
          "1.5",
          "\"\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\udc00\"",
          "\"қ\"",
          "[]",
          "{}",
          "[[[[[[[[",
          "{\"a\":",
          "\"role\"",
          "\"tool\"",
          "\"content\"",
          "\"messages\"",
          "\"stop\"",
          "\"n\"",
          "\"tool_calls\"",
          "\"image_url\"",
          "\"priority\"",
          "\"truncation\"",
          "\ufeff",
          "\u0000",
          "\u001b[31m",
          "\\",
          "\"",
          "/*",
          "//",
          "'",
          "0x10",
          "1e",
          "-",
          "\r\n",
          "\u2028");

  @Test
  void anyBytes_areARequestOrOneRefusal() {
    FuzzRun.of(new Mutator(CORPUS, DICTIONARY), (input, _) -> check(input));
  }

  /** The property, of any bytes. */
  static void check(byte[] input) {
    try {
      ChatRequestReader.read(JsonBody.read(input));
    } catch (Refusal refusal) {
      assertNamesAField(refusal, new String(input, StandardCharsets.UTF_8));
    }
  }

  private static void assertNamesAField(Refusal refusal, String input) {
    String text = refusal.text();
    assertThat(text).contains(": ").contains("(expected: ").hasSizeLessThan(1000);
    assertThat(text).doesNotContainPattern("\\p{Cntrl}");
    if (refusal instanceof Refusal.BadRequest bad && bad.param() != null) {
      assertThat(bad.param()).matches(FIELD);
      assertThat(text).startsWith(bad.param());
    } else {
      assertThat(text).startsWith("body: ");
    }
    boolean onlyAsContent =
        AS_CONTENT.matcher(input).results().count() == input.split(SECRET, -1).length - 1;
    if (onlyAsContent) {
      assertThat(text).doesNotContain(SECRET);
    }
  }
}
