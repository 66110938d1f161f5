package kz.qaqpa.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark at its smallest: it must work, not be fast. */
class BenchRunTest {
  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void bothSides_doTheSame_andFiguresAreThere() throws Exception {
    Path root = Path.of(System.getProperty("qaqpa.root"));
    BenchRun.Plan plan =
        new BenchRun.Plan(
            root,
            root.resolve("config/models/kaz-mini"),
            root.resolve("config"),
            folder,
            List.of(1, 4),
            0,
            1,
            Duration.ZERO,
            0,
            2,
            64,
            8,
            2);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    BenchReport report = new BenchRun(plan, System.err, Profiling.into(folder, out)).measure();
    assertThat(report.countsAgree()).as(report.table()).isTrue();
    assertThat(report.samples()).hasSize(2);
    assertThat(report.samples().get(0).client().requests())
        .extracting(BenchClient.Measured::outputTokens)
        .containsExactlyInAnyOrder(8, 6, 4, 7);
    assertThat(report.samples().get(1).client().requests())
        .hasSize(8)
        .allSatisfy(answer -> assertThat(answer.outputTokens()).isBetween(4, 8));
    BenchResult written = BenchResult.read(folder.resolve("bench.json"));
    assertThat(written).isEqualTo(report.result());
    for (String figure :
        List.of("gateway.tokens", "loop.tokens", "wall", "gateway.cpu", "cpu", "ttft.median")) {
      assertThat(written.figure("streams4." + figure).orElseThrow().rounds())
          .as(figure)
          .isEqualTo(1);
    }
    assertThat(written.figure("ready").orElseThrow().rounds()).isZero();
    assertThat(report.table()).contains("| 4 | ", "are the same on both sides");
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains("profile of bench-gateway, ", "profile of bench-loop, ", "hottest frames: ");
    assertThat(folder.resolve("bench-gateway.svg")).isNotEmptyFile();
  }

  @Test
  void countsThatDiffer_areTold() {
    BenchClient.Result client =
        new BenchClient.Result(1000, List.of(new BenchClient.Measured(10, 100, 3, 8)));
    assertThat(report(client, new EngineLoop.Result(500, 3, 8, List.of())).countsAgree()).isTrue();
    BenchReport other = report(client, new EngineLoop.Result(500, 3, 7, List.of()));
    assertThat(other.countsAgree()).isFalse();
    assertThat(other.table()).contains("DIFFER");
    assertThat(report(client, new EngineLoop.Result(500, 2, 8, List.of())).countsAgree()).isFalse();
  }

  @Test
  void ratios_areTheEnginesPart() {
    BenchClient.Result client =
        new BenchClient.Result(1000, List.of(new BenchClient.Measured(10, 100, 3, 8)));
    BenchResult result = report(client, new EngineLoop.Result(500, 3, 8, List.of())).result();
    assertThat(result.figure("streams1.cpu").orElseThrow().median()).isEqualTo(0.8);
    assertThat(result.figure("streams1.wall").orElseThrow().median()).isEqualTo(0.5);
    assertThat(report(client, new EngineLoop.Result(500, 3, 8, List.of())).table())
        .contains("| 1 | 8000000, 16000000 | 50.0 % (50.0 to 50.0) | 500, 400 | 80.0 % (80.0 to")
        .contains("| 10.0 % | 0.0, 0.0 | 1 |");
  }

  private static BenchReport report(BenchClient.Result client, EngineLoop.Result loop) {
    return new BenchReport(
        Machine.here(),
        Instant.EPOCH,
        Map.of(),
        List.of(),
        List.of(new BenchReport.Sample(1, client, 500, 0.1, loop, 400)),
        List.of(),
        new BenchReport.Memory(1, 2, 3));
  }
}
