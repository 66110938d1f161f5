package kz.qaqpa.cli.bench.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than a gateway process can do: all of it ends, all count the same, nothing stays. */
class OverloadBenchTest {
  private static final int SOME_FILES = 24;

  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void everythingEnds_countsAgree_nothingGrows() throws Exception {
    Path root = Path.of(System.getProperty("qaqpa.root"));
    OverloadBench.Plan plan =
        new OverloadBench.Plan(
            root,
            root.resolve("config/models/kaz-mini"),
            folder,
            1,
            2,
            10,
            4,
            8,
            Map.of(
                "QAQPA_BATCHING_QUEUE_REQUESTS", "8",
                "QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", "20000"),
            List.of("--engine", "synthetic", "--allow-synthetic", "--slots", "4"));
    OverloadReport report = new OverloadBench(plan, System.err, Profiling.OFF).measure();
    assertThat(report.counts()).as(report.table()).matches(OverloadReport.Counts::agree);
    assertThat(report.counts().clientAnswered()).isPositive();
    assertThat(report.counts().clientRefused()).containsOnlyKeys("503 overloaded");
    assertThat(report.refusals().count()).isEqualTo((double) report.counts().serverRefused());
    assertThat(report.refusals().p99Millis()).isPositive();
    BenchResult written = BenchResult.read(folder.resolve("overload.json"));
    assertThat(written).isEqualTo(report.result());
    assertThat(written.figure("requests.answered").orElseThrow().median())
        .isEqualTo(report.counts().clientAnswered());
    assertThat(report.after().busy()).as("running, waiting, reserved, on the way").isZero();
    assertThat(report.after().openFiles())
        .isLessThanOrEqualTo(report.before().openFiles() + SOME_FILES);
    assertThat(report.after().threads()).isLessThanOrEqualTo(report.before().threads() + 16);
    assertThat(report.after().heapMib()).isLessThan(report.before().heapMib() + 16);
    assertThat(report.after().directMib()).isLessThan(report.before().directMib() + 16);
    assertThat(report.after().rssMib()).isLessThan(report.before().rssMib() + 300);
  }

  @Test
  void countsThatDiffer_areTold() {
    assertThat(counts(7, 5, 2, 5)).matches(OverloadReport.Counts::agree);
    for (OverloadReport.Counts wrong :
        List.of(counts(8, 5, 2, 5), counts(7, 4, 2, 5), counts(7, 5, 3, 5), counts(7, 5, 2, 4))) {
      assertThat(wrong.agree()).as(wrong.toString()).isFalse();
    }
  }

  private static OverloadReport.Counts counts(
      long sent, long serverAnswered, long serverRefused, long ledger) {
    return new OverloadReport.Counts(
        sent,
        5,
        new TreeMap<>(Map.of("503 overloaded", 2L)),
        serverAnswered,
        serverRefused,
        ledger);
  }
}
