package kz.qaqpa.cli.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.cli.bench.result.Figure.Better;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JmhResultsTest {
  @TempDir private Path folder;

  @Test
  void iterationsAreRounds_andAnotherMethodIsComparedWith() throws Exception {
    List<Figure> figures =
        read(result("ours", "ss", "ms/op", "\"rawData\": [[10.0, 12.0], [11.0]]")
                + ","
                + result("theirs", "ss", "ms/op", "\"rawData\": [[30.0, 24.0], [55.0]]"))
            .figures("theirs");
    assertThat(figures)
        .extracting(Figure::name)
        .containsExactly(
            "words.ours.short.kaz-mini",
            "words.theirs.short.kaz-mini",
            "words.ours.times.theirs.short.kaz-mini");
    assertThat(figures.getFirst())
        .isEqualTo(new Figure("words.ours.short.kaz-mini", "ms/op", Better.LOWER, 11, 10, 12, 3));
    assertThat(figures.get(1).better()).isEqualTo(Better.NEITHER);
    assertThat(figures.getLast().isRatio()).isTrue();
    assertThat(figures.getLast().median()).isCloseTo(3, within(1e-9));
    assertThat(figures.getLast().least()).isCloseTo(2, within(1e-9));
    assertThat(figures.getLast().most()).isCloseTo(5, within(1e-9));
    assertThat(JmhResults.table(figures)).contains("| words.ours.times.theirs.short.kaz-mini | 3.");
  }

  @Test
  void ratesAreBetterHigher_samplesHaveTheirPercentiles() throws Exception {
    List<Figure> figures =
        read(result("rate", "thrpt", "ops/s", "\"rawData\": [[5.0]]")
                + ","
                + result(
                    "sampled",
                    "sample",
                    "ns/op",
                    "\"rawDataHistogram\": [[[[1.0, 60], [7.0, 39], [90.0, 1]], [[2.0, 1]]]]"))
            .figures(null);
    assertThat(figures.getFirst().better()).isEqualTo(Better.HIGHER);
    assertThat(figures.get(1)).returns("words.sampled.short.kaz-mini", Figure::name);
    assertThat(figures.get(1)).returns(1.0, Figure::least).returns(2.0, Figure::most);
    assertThat(figures.get(2)).returns("words.sampled.short.kaz-mini.p99", Figure::name);
    assertThat(figures.get(2)).returns(2.0, Figure::least).returns(7.0, Figure::most);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | no results (expected: the results of JMH in JSON)",
        "{} | no results (expected: the results of JMH in JSON)",
        "[[ | no JSON (expected: the results of JMH in JSON)",
        "[{}] | benchmark:  (expected: a word)",
        "[{\"benchmark\": \"a.B.c\"}] | mode:  (expected: a word)",
        "[{\"benchmark\": \"a.B.c\", \"mode\": \"ss\", \"primaryMetric\": {\"rawData\": [[\"x\"]]}}]"
            + " | rawData: \"x\" (expected: a number)",
      })
  void whatIsNoFileOfJmh_isSaidInOneSentence(String text, String expected) throws Exception {
    Path file = Files.writeString(folder.resolve("jmh.json"), text);
    assertThatThrownBy(() -> JmhResults.read("words", file))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": " + expected);
  }

  @Test
  void otherEncodings_andNoFile() throws Exception {
    Path file = folder.resolve("jmh.json");
    assertThatThrownBy(() -> JmhResults.read("words", file)).hasMessageContaining("no such file");
    Files.write(file, "[\"қ\"]".getBytes(StandardCharsets.UTF_16));
    assertThatThrownBy(() -> JmhResults.read("words", file)).isInstanceOf(IOException.class);
  }

  private JmhResults read(String results) throws IOException {
    return JmhResults.read(
        "words", Files.writeString(folder.resolve("jmh.json"), "[" + results + "]"));
  }

  private static String result(String method, String mode, String unit, String data) {
    return """
    {"benchmark": "kz.qaqpa.Words.%s", "mode": "%s",
     "params": {"text": "short", "vocabulary": "kaz-mini"},
     "primaryMetric": {"score": 1.0, "scoreUnit": "%s", %s}}
    """
        .formatted(method, mode, unit, data);
  }
}
