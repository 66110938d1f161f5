package kz.qaqpa.cli.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final Machine MACHINE = new Machine("P", 2, 23.5, "Linux 6", "25.0.3", 1);
  private static final Map<String, String> SETTINGS = Map.of("streams", "32");

  @TempDir private Path folder;

  @Test
  void whatLiesApart_isWorseOrBetter() {
    assertThat(verdict(Better.HIGHER, doubles(100, 101, 102), doubles(80, 81, 82)))
        .isEqualTo(Verdict.WORSE);
    assertThat(verdict(Better.LOWER, doubles(100, 101, 102), doubles(80, 81, 82)))
        .isEqualTo(Verdict.BETTER);
    assertThat(verdict(Better.LOWER, doubles(80, 81, 82), doubles(100, 101, 102)))
        .isEqualTo(Verdict.WORSE);
    assertThat(verdict(Better.NEITHER, doubles(80, 81, 82), doubles(100, 101, 102)))
        .isEqualTo(Verdict.TOLD);
  }

  @Test
  void whatIsWithinTheNoise_isTheSame() {
    // Ranges that overlap; that lie apart by less than they are wide; that differ by 5 % at most.
    assertThat(verdict(Better.HIGHER, doubles(70, 100, 130), doubles(60, 70, 71)))
        .isEqualTo(Verdict.SAME);
    assertThat(verdict(Better.HIGHER, doubles(90, 100, 110), doubles(71, 72, 73)))
        .isEqualTo(Verdict.SAME);
    assertThat(verdict(Better.HIGHER, doubles(100, 100, 100), doubles(95, 95, 95)))
        .isEqualTo(Verdict.SAME);
  }

  @Test
  void moreRounds_seeFiner() {
    assertThat(verdict(Better.HIGHER, doubles(96, 98, 100, 102, 104), doubles(84, 86, 88, 90, 91)))
        .isEqualTo(Verdict.WORSE);
    assertThat(verdict(Better.HIGHER, doubles(96, 100, 104), doubles(84, 88, 91)))
        .isEqualTo(Verdict.SAME);
    assertThat(verdict(Better.HIGHER, doubles(96, 104), doubles(1, 2))).isEqualTo(Verdict.FEW);
    assertThat(verdict(Better.HIGHER, doubles(96, 100, 104), doubles())).isEqualTo(Verdict.FEW);
  }

  /** One figure of a hundred may fail by chance; a run has some forty. */
  @Test
  void equalRuns_areHardlyEverWorse() {
    int runs = 10_000;
    Seeds.forRandom(
        1,
        random -> {
          int worse = 0;
          for (int i = 0; i < runs; i++) {
            double[] then = random.doubles(3).map(_ -> random.nextGaussian(100, 10)).toArray();
            double[] now = random.doubles(3).map(_ -> random.nextGaussian(100, 10)).toArray();
            if (verdict(Better.LOWER, then, now) == Verdict.WORSE) {
              worse++;
            }
          }
          assertThat(worse).isLessThan(runs / 100);
        });
  }

  @Test
  void elsewhere_onlyRatiosAreJudged() {
    BenchResult then = result(MACHINE, SETTINGS);
    for (BenchResult now :
        List.of(
            worse(new Machine("Q", 2, 23.5, "Linux 6", "25.0.3", 1), SETTINGS),
            worse(new Machine("P", 2, 23.5, "Linux 6", "25.0.3", 9), SETTINGS),
            worse(MACHINE, Map.of("streams", "16")),
            worse(MACHINE, Map.of("streams", "32", "profile", "on")))) {
      Comparison comparison = Comparison.of(then, now);
      assertThat(comparison.rows().stream().map(Comparison.Row::verdict))
          .containsExactly(Verdict.OTHER, Verdict.WORSE, Verdict.ABSENT);
      assertThat(comparison.table())
          .contains("another ", "only ratios within one run are judged")
          .contains("| share | 1.00 (1.00 to 1.00) ratio | 0.5000 (0.5000 to 0.5000) ratio | 0.500")
          .contains("1 of 1 judged figures worse beyond the noise");
    }
  }

  @Test
  void anotherJava_isToldAndJudged() {
    Machine newer = new Machine("P", 2, 23.5, "Linux 6", "26", 1.5);
    Comparison comparison = Comparison.of(result(MACHINE, SETTINGS), worse(newer, SETTINGS));
    assertThat(comparison.remarks()).isEmpty();
    assertThat(comparison.isWorse()).isTrue();
    assertThat(comparison.table()).contains("another Java or kernel");
  }

  @Test
  void theOption_readsFirstAndJudgesThen() throws Exception {
    Path file = folder.resolve("edge.json");
    result(MACHINE, SETTINGS).write(file);
    Options options = Options.parse(List.of("--against", file.toString()), names(), Set.of());
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    Against against = Against.of(options, "edge");
    assertThat(against.judge(result(MACHINE, SETTINGS), out)).isTrue();
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("0 of 2 judged figures worse");
    assertThat(against.judge(worse(MACHINE, SETTINGS), out)).isFalse();
    assertThatThrownBy(() -> Against.of(options, "scrape"))
        .isInstanceOf(IOException.class)
        .hasMessage(file + ": bench: edge (expected: scrape)");
    Against without = Against.of(Options.parse(List.of(), names(), Set.of()), "edge");
    assertThat(without.judge(worse(MACHINE, SETTINGS), out)).isTrue();
  }

  private static Set<String> names() {
    return Set.of(Against.OPTION);
  }

  private static BenchResult result(Machine machine, Map<String, String> settings) {
    return new BenchResult(
        "edge",
        machine,
        Instant.EPOCH,
        settings,
        List.of(
            Figure.of("events", "events/s", Better.HIGHER, 100, 100, 100),
            Figure.of("share", Figure.RATIO, Better.HIGHER, 1, 1, 1)));
  }

  private static BenchResult worse(Machine machine, Map<String, String> settings) {
    return new BenchResult(
        "edge",
        machine,
        Instant.EPOCH,
        settings,
        List.of(
            Figure.of("events", "events/s", Better.HIGHER, 50, 50, 50),
            Figure.of("share", Figure.RATIO, Better.HIGHER, 0.5, 0.5, 0.5),
            Figure.of("new", "ms", Better.LOWER, 1)));
  }

  private static Verdict verdict(Better better, double[] then, double[] now) {
    return Comparison.of(one(better, then), one(better, now)).rows().getFirst().verdict();
  }

  private static BenchResult one(Better better, double... rounds) {
    List<Figure> figures = List.of(Figure.of("a", "ms", better, rounds));
    return new BenchResult("edge", MACHINE, Instant.EPOCH, Map.of(), figures);
  }

  private static double[] doubles(double... values) {
    return values;
  }
}
