package kz.qaqpa.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class SoakReportTest {
  @TempDir private Path folder;

  @Test
  void flat_withNothingLeft_isGood() throws Exception {
    SoakReport report = report(true, 0, new TreeMap<>(), Map.of(), List.of(), 0);
    assertThat(report.problems()).isEmpty();
    assertThat(report.table())
        .contains("| resident memory, MiB | 400.0 | 400.0, 400.0 | +0.0 | 40.0 | +0.0 | flat |")
        .contains("2 stream: streamed", "flat, and nothing left")
        .contains("6000 answers, 1200 refusals and failures; 30.0 ms of CPU an answer");
    Path file = folder.resolve("soak.json");
    report.write(file);
    assertThat(JsonMapper.builder().build().readTree(Files.readString(file)).path("windows"))
        .hasSize(60);
  }

  @Test
  void growth_surprises_leftoversLeaksAndExitCodes_areTold() {
    SoakReport report =
        report(
            true,
            2,
            new TreeMap<>(Map.of("stream: cut off", 3L)),
            Map.of("vllm:num_requests_running", 1.0),
            List.of("LEAK: ByteBuf.release() was not called"),
            -1);
    assertThat(report.problems())
        .containsExactly(
            "resident memory, MiB: grew by 88.0 from a median of 474.0 (expected: at most 47.4)",
            "stream: cut off: 3 (expected: none)",
            "vllm:num_requests_running: 1.0 left (expected: 0)",
            "leaked buffers: 1 reports (expected: none)",
            "exit code of the gateway: -1 (expected: 0)");
    assertThat(report.table()).contains("GROWS", "NOT as it should be");
  }

  @Test
  void aShortSoak_judgesNoSlope() {
    SoakReport report = report(false, 2, new TreeMap<>(), Map.of(), List.of(), 0);
    assertThat(report.problems()).isEmpty();
    assertThat(report.table()).contains("too short to tell").doesNotContain("GROWS");
  }

  private static SoakReport report(
      boolean judged,
      double growing,
      SortedMap<String, Long> surprises,
      Map<String, Double> left,
      List<String> leaks,
      int exitCode) {
    List<Window> windows =
        IntStream.range(0, 60)
            .mapToObj(i ->
                new Window(30.0 * i, 400 + growing * i, 4, 48, 50, 240, 300, 40, 100, 20, 3 * i))
            .toList();
    return new SoakReport(
        "machine",
        7,
        15,
        judged,
        windows,
        new TreeMap<>(Map.of("stream: streamed", 2L)),
        surprises,
        left,
        leaks,
        exitCode);
  }
}
