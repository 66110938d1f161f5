package kz.qaqpa.watermark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.client.Options;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class WatermarkBenchTest {
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  private BenchResult run(String... args) throws Exception {
    Options options =
        Options.parse(
            List.of(args), Set.of("answers", "rounds", "top-p"), Set.of("speed", "full-stops"));
    return WatermarkBench.run(options, new PrintStream(told, true, StandardCharsets.UTF_8));
  }

  @Test
  @Tag("bench")
  void whatIsPrintedIsWritten() throws Exception {
    BenchResult result = run("--speed", "--answers", "2", "--rounds", "2");
    for (String name : List.of("temperature0.7.speed", "temperature1.0.cpu")) {
      assertThat(result.figure(name).orElseThrow().rounds()).isEqualTo(2);
      assertThat(result.figure(name).orElseThrow().isRatio()).isTrue();
    }
    assertThat(result.settings()).containsEntry("answers", "2").containsKey("speed");
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("| 0.7 | ", "| 1.0 | ");
    assertThat(
            BenchResult.read(BenchProgram.root().resolve("target/bench/watermark/watermark.json")))
        .isEqualTo(result);
  }

  @Test
  void topPIsAShare() {
    for (String wrong : List.of("0", "1.5", "NaN", "half")) {
      assertThatThrownBy(() -> run("--top-p", wrong))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("--top-p: " + wrong + " (expected: above 0, at most 1)");
    }
  }
}
