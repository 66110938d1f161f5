package kz.qaqpa.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short soak of a real gateway process: everybody ends as they may, and nothing is left. */
class SoakTest {
  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void mixedLoadWithFaults_leavesNothing() throws Exception {
    Path root = Path.of(System.getProperty("qaqpa.root"));
    SoakPlan plan =
        new SoakPlan(
            root,
            root.resolve("config/models/kaz-mini"),
            folder.resolve("soak"),
            Duration.ofSeconds(TestSize.tries(8, 600)),
            8,
            "paranoid",
            2026);
    SoakReport report = new SoakRun(plan, System.err).run();
    assertThat(report.problems()).as(report.table()).isEmpty();
    assertThat(report.windows()).hasSize(plan.windows());
    assertThat(report.outcomes().keySet())
        .contains("stream: streamed", "whole: answered")
        .contains("operator: suspend 200", "operator: resume 200", "leaver: left")
        .anyMatch(outcome -> outcome.startsWith("websocket: response."))
        .anyMatch(outcome -> outcome.startsWith("hostile: HTTP/1.1 4"))
        .anyMatch(outcome -> outcome.startsWith("slow reader: "));
    for (Watched watched : List.of(Watched.RSS, Watched.HEAP, Watched.THREADS, Watched.FILES)) {
      assertThat(watched.of(report.windows().getLast())).as(watched.words()).isPositive();
    }
  }

  @Test
  void commandLine_isChecked() throws Exception {
    assertThat(SoakCommand.run(List.of("--leaks", "some"))).isEqualTo(2);
    assertThat(SoakCommand.run(List.of("--minutes", "0"))).isEqualTo(2);
    assertThat(SoakCommand.run(List.of("--help"))).isZero();
  }
}
