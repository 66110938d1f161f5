package kz.qaqpa.load.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import kz.qaqpa.load.answer.Wire.Step;
import org.junit.jupiter.api.Test;

class AnswerTest {
  private static final String DELTA =
      "{\"event\":null,\"data\":{\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}}";

  private final LabelCheck labels =
      new LabelCheck(() -> new ObjectMapper().createObjectNode().putArray("keys"));
  private final AnswerLog log =
      new AnswerLog(1, Duration.ofSeconds(1), Duration.ofSeconds(1), labels);

  @Test
  void chat_isReadToItsEnd() {
    Answer answer = log.begin("a", Wire.CHAT);
    assertThat(answer.take(DELTA.formatted(""))).isEqualTo(Step.NOTHING);
    assertThat(answer.take(DELTA.formatted("Сәлем"))).isEqualTo(Step.FIRST);
    assertThat(answer.take(DELTA.formatted(" \\\"error\\\":{ \\\"data\\\":[DONE]")))
        .isEqualTo(Step.TOKEN);
    String last =
        """
        {"data":{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2},\
        "content_label":{"jws":"a.b.c"}}}\
        """;
    assertThat(answer.take(last)).isEqualTo(Step.NOTHING);
    assertThat(answer.take("{\"data\":[DONE]}")).isEqualTo(Step.END);
    assertThat(answer.text()).isEqualTo("Сәлем \"error\":{ \"data\":[DONE]");
    log.end("a", answer, true);
    Totals totals = log.totals();
    assertThat(totals.complete()).isEqualTo(1);
    assertThat(totals.closedAfterEnd()).isEqualTo(1);
    assertThat(totals.promptTokens()).isEqualTo(5);
    assertThat(totals.outputTokens()).isEqualTo(2);
    assertThat(totals.labelled()).isEqualTo(1);
    assertThat(totals.good()).isEqualTo(1);
    assertThat(totals.ttft().getTotalCount()).isEqualTo(1);
    assertThat(totals.gaps().getTotalCount()).isEqualTo(1);
  }

  @Test
  void anAnswerThatIsCutOff_orEndsWithAnError_isNotComplete() {
    Answer cut = log.begin("a", Wire.CHAT);
    cut.take(DELTA.formatted("Сәлем"));
    log.end("a", cut, false);
    Answer error = log.begin("a", Wire.CHAT);
    error.take("{\"data\":{\"error\":{\"code\":\"engine_failed\"}}}");
    assertThat(error.step()).isEqualTo(Step.ERROR);
    log.end("a", error, false);
    log.failed("a", "503 {\"error\":{\"message\":\"full\",\"code\":\"overloaded\"}}");
    log.failed("a", "no answer");
    assertThat(log.totals().begun()).isEqualTo(4);
    assertThat(log.totals().complete()).isZero();
    assertThat(log.failures())
        .containsOnlyKeys(
            "a: cut off", "a: error engine_failed", "a: 503 overloaded full", "a: no answer");
  }

  @Test
  void responses_areReadToTheirEnd() {
    Answer answer = log.begin("b", Wire.RESPONSES);
    assertThat(answer.take("{\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\"}}"))
        .isEqualTo(Step.NOTHING);
    assertThat(answer.id()).isEmpty();
    assertThat(answer.take("{\"type\":\"response.output_text.delta\",\"delta\":\"Иә\"}"))
        .isEqualTo(Step.FIRST);
    String end =
        """
        {"type":"response.incomplete","response":{"id":"resp_1","output":[{"content":[{"text":"Иә"}]}],\
        "usage":{"input_tokens":7,"output_tokens":1},"content_label":{"jws":"a.b.c"}}}\
        """;
    assertThat(answer.take(end)).isEqualTo(Step.END);
    assertThat(answer.id()).isEqualTo("resp_1");
    assertThat(answer.text()).isEqualTo("Иә");
    log.end("b", answer, false);
    assertThat(log.totals("b").promptTokens()).isEqualTo(7);
    assertThat(log.totals("a").complete()).isZero();
  }

  @Test
  void everyNthAnswerIsSampled_andTheFirst() {
    AnswerLog some = new AnswerLog(0.25, Duration.ZERO, Duration.ZERO, labels);
    boolean[] sampled = new boolean[9];
    for (int i = 0; i < sampled.length; i++) {
      sampled[i] = some.begin("a", Wire.CHAT).isSampled();
    }
    assertThat(sampled).containsExactly(true, false, false, true, false, false, false, true, false);
  }
}
