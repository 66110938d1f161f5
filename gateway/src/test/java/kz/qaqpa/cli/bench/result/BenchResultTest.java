package kz.qaqpa.cli.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.result.Figure.Better;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchResultTest {
  private static final BenchResult RESULT =
      new BenchResult(
          "edge",
          new Machine("A processor", 2, 23.5, "Linux 6", "25.0.3", 1.25),
          Instant.parse("2026-11-29T10:15:30Z"),
          Map.of("streams", "64"),
          List.of(
              Figure.of("edge.gateway.events", "events/s", Better.HIGHER, 1, 2.5, 3),
              Figure.of("edge.gateway.p99", "ms", Better.LOWER),
              Figure.of("edge.share", Figure.RATIO, Better.NEITHER, 0.5)));

  @TempDir private Path folder;

  @Test
  void whatIsWritten_isRead() throws Exception {
    Path file = folder.resolve("edge.json");
    RESULT.write(file);
    assertThat(BenchResult.read(file)).isEqualTo(RESULT);
    assertThat(Files.readString(file)).contains("\"better\" : \"higher\"", "\"median\" : null");
    assertThat(folder.toFile().list()).containsExactly("edge.json");
    assertThat(RESULT.figure("edge.share")).contains(RESULT.figures().get(2));
    assertThat(RESULT.figure("edge")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"edge\" | 7 | bench: 7 (expected: a text)",
        "qaqpa-bench/1 | other/2 | format: \"other/2\" (expected: qaqpa-bench/1)",
        "\"processors\" : 2 | \"processors\" : 2.5 | machine.processors: 2.5 (expected: a count)",
        "\"64\" | 64 | settings.streams: 64 (expected: a text)",
        "\"lower\" | \"faster\" | figures[1].better: \"faster\" (expected: higher, lower or neither)",
        "\"median\" : 2.5 | \"median\" : \"2.5\" | figures[0].median: \"2.5\" (expected: a number)",
        "\"median\" : 2.5 | \"median\" : 9.5 | figures[0].edge.gateway.events: least 1.0",
        "\"figures\" | \"figure\" | figures: missing (expected: a list)",
        "2026-11-29T10:15:30Z | today | measured: \"today\" (expected: a time such as",
        "edge.share | edge.gateway.p99 | figures: edge.gateway.p99 twice (expected: once)",
      })
  void aBadFile_getsOneClearError(String good, String bad, String message) throws Exception {
    Path file = folder.resolve("edge.json");
    String text = ResultJson.text(RESULT);
    assertThat(text).contains(good);
    Files.writeString(file, text.replace(good, bad));
    assertThatThrownBy(() -> BenchResult.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(file + ": " + message);
  }

  @Test
  void noFile_orNoJson_isTold() throws Exception {
    Path file = folder.resolve("edge.json");
    assertThatThrownBy(() -> BenchResult.read(file))
        .hasMessageStartingWith(file + ": no such file (expected: ");
    Files.writeString(file, "| a table |");
    assertThatThrownBy(() -> BenchResult.read(file)).hasMessageStartingWith(file + ": no JSON");
    Files.writeString(file, "{\"machine\": \"old\"}");
    assertThatThrownBy(() -> BenchResult.read(file))
        .hasMessage(file + ": format: missing (expected: qaqpa-bench/1)");
  }
}
