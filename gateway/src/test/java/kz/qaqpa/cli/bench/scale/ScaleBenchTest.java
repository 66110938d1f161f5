package kz.qaqpa.cli.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.tokenizer.BpeTokenizer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleBenchTest {
  private static final Path MODEL =
      Path.of(System.getProperty("qaqpa.root"), "config/models/kaz-mini");

  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void streamsAndSockets_areAllThere_andTheFiguresAreInTableAndJson() throws Exception {
    ScaleBench.Outcome outcome =
        new ScaleBench(
                new ScaleBench.Plan(MODEL, folder, List.of(20), 400, List.of(1, 3), 2, 500),
                System.err,
                Profiling.OFF)
            .measure();
    ScaleReport report = outcome.report();
    ScaleReport.Streams streams = report.streams().getFirst();
    assertThat(streams.rounds())
        .hasSize(2)
        .allSatisfy(round -> {
          assertThat(round.seen().events()).isPositive();
          assertThat(round.seen().other()).isLessThan(round.seen().events() / 10 + 20);
          assertThat(round.seen().medianMillis()).isPositive();
        });
    assertThat(streams.held().openFiles()).isGreaterThanOrEqualTo(20);
    assertThat(report.sockets().getFirst().open()).isEqualTo(20);
    assertThat(report.steps()).extracting(ScaleReport.Steps::rows).containsExactly(1, 3);
    assertThat(report.steps())
        .allSatisfy(some ->
            assertThat(some.rounds())
                .allSatisfy(round -> {
                  assertThat(round.steps()).isPositive();
                  assertThat(round.outsideSeconds()).isPositive();
                }));
    assertThat(BenchResult.read(folder.resolve("scale.json"))).isEqualTo(outcome.result());
    assertThat(outcome.table()).contains("| 20 | ", "| 20, 20 | ", "| 3 | ");
  }

  @Test
  void aWord_saysHowLongAgoItWasMade() {
    ClockWords words = ClockWords.read(MODEL);
    BpeTokenizer tokenizer = BpeTokenizer.load(MODEL);
    assertThat(words.cycleNanos()).isGreaterThan(1_000_000_000L);
    for (long made : new long[] {0, 123_456_789_012L, -5_000_000L}) {
      byte[] word =
          tokenizer
              .decode(new int[] {words.token(words.place(made), 0)}, false)
              .getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.wrap(word);
      assertThat(words.ticksSince(bytes, 0, word.length, made)).isZero();
      assertThat(words.ticksSince(bytes, 0, word.length, made + 40 * ClockWords.TICK_NANOS))
          .isEqualTo(40);
      assertThat(words.ticksSince(bytes, 0, word.length - 1, made)).isNotZero();
    }
  }

  @Test
  void percentiles_areUpperEndsOfTicks() {
    Delays delays = new Delays();
    for (int i = 0; i < 99; i++) {
      delays.add(3);
    }
    delays.add(5000);
    delays.add(-1);
    assertThat(delays.percentile(50)).isCloseTo(2.0, within(1e-9));
    assertThat(delays.percentile(99)).isCloseTo(2.0, within(1e-9));
    assertThat(delays.percentile(100)).isCloseTo(2500.5, within(1e-9));
    assertThat(delays.result(1).other()).isEqualTo(1);
  }
}
