package kz.qaqpa.load.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.load.answer.Answer;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.LabelCheck;
import kz.qaqpa.load.answer.Wire;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.run.OwnGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictTest {
  @TempDir private Path folder;

  @Test
  void aCheckIsLookedAtOnce_andOneThatThrowsDoesNotHold() {
    AtomicInteger looks = new AtomicInteger();
    Check counted = Check.atMost("looks", 1, "", () -> (double) looks.incrementAndGet());
    Check broken =
        new Check(
            "broken",
            () -> {
              throw new IllegalStateException("no ledger");
            });
    Verdict verdict = new Verdict().add(counted).add(broken);
    assertThat(verdict.passed()).isFalse();
    assertThat(verdict.look(counted)).isEqualTo(new Check.Finding(true, "1"));
    assertThat(verdict.look(broken).found()).isEqualTo("could not be found out: no ledger");
    assertThat(looks).hasValue(1);
  }

  @Test
  void tenLinesAndAPage_tellWhatDidNotHold() throws Exception {
    LabelCheck labels = new LabelCheck(() -> new ObjectMapper().createObjectNode());
    AnswerLog log = new AnswerLog(1, Duration.ofSeconds(1), Duration.ofSeconds(1), labels);
    Answer answer = log.begin("<group>", Wire.CHAT);
    answer.take("{\"data\":{\"choices\":[{\"delta\":{\"content\":\"Сәлем\"}}]}}");
    answer.take("{\"data\":[DONE]}");
    log.end("<group>", answer, false);
    log.refused("<group>");
    Options options = Options.fromProperties(4, 5, 8, 2_000);
    Verdict verdict = Verdict.usual(log, options);
    assertThat(verdict.passed()).isFalse();
    Summary summary =
        new Summary(
            "StreamingApp",
            "http://127.0.0.1:1",
            "m",
            options,
            Duration.ofSeconds(2),
            Optional.of(new OwnGateway.Usage(Duration.ofSeconds(1), 300L << 20)));
    List<String> lines = summary.lines(log, verdict, folder);
    assertThat(lines).hasSize(10);
    assertThat(lines.getFirst()).startsWith("StreamingApp FAILED: m on http://127.0.0.1:1, 2 s");
    assertThat(lines.get(1)).contains("2 begun, 1 complete (0 closed", " 1 refused, 0 failed");
    assertThat(lines.get(2))
        .endsWith(
            "0.50 cores, 1000.0 ms of CPU an answer, 1000000 us a token written, 300 MiB resident");
    assertThat(lines.get(8)).contains("not: answers without a label <= 0 (found: 1)");
    Path page = ReportPage.write(folder, lines, log, verdict);
    assertThat(page).content().contains("&lt;group&gt;", "class=\"no\"").doesNotContain("<group>");
    JsonNode json = new ObjectMapper().readTree(folder.resolve("answers.json").toFile());
    assertThat(json.path("passed").asBoolean()).isFalse();
    assertThat(json.at("/groups/<group>/complete").asInt()).isEqualTo(1);
  }
}
