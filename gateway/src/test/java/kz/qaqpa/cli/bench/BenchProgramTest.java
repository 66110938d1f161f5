package kz.qaqpa.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchProgramTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void whatIsWorseThanInTheEarlierFile_isStatus1() throws Exception {
    Path earlier = folder.resolve("earlier.json");
    result(100, 101, 102).write(earlier);
    String against = earlier.toString();
    assertThat(run((_, _) -> result(99, 100, 103), "--against", against)).isZero();
    assertThat(run((_, _) -> result(40, 41, 42), "--against", against)).isEqualTo(1);
    assertThat(told(out)).contains("some.rate");
    assertThat(run((_, _) -> result(40, 41, 42))).isZero();
    assertThat(told(err)).isEmpty();
  }

  @Test
  void aFileThatIsNone_endsItBeforeAnythingIsMeasured() throws Exception {
    String missing = folder.resolve("missing.json").toString();
    assertThat(run(BenchProgramTest::unexpected, "--against", missing)).isEqualTo(1);
    assertThat(told(err)).startsWith("bench some: " + missing + ": no such file (expected: ");
  }

  @Test
  void wrongCommandLines_areStatus2() throws Exception {
    assertThat(run(BenchProgramTest::unexpected, "--rouds", "3")).isEqualTo(2);
    assertThat(told(err)).startsWith("bench some: --rouds: unknown (expected: ");
    err.reset();
    assertThat(run((options, _) -> result(options.number("rounds", 1, 1, 9)), "--rounds", "10"))
        .isEqualTo(2);
    assertThat(told(err)).isEqualTo("bench some: --rounds: 10 (expected: 1 to 9)\n");
  }

  @Test
  void whatCannotBeMeasured_isOneSentence() throws Exception {
    assertThat(
            run((_, _) -> {
              throw new IOException("4096 files (expected: 10512 or more)");
            }))
        .isEqualTo(1);
    assertThat(told(err)).isEqualTo("bench some: 4096 files (expected: 10512 or more)\n");
  }

  private int run(BenchProgram.Work work, String... args) throws InterruptedException {
    return BenchProgram.run(
        "some",
        List.of(args),
        Set.of("rounds"),
        Set.of(),
        work,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private static BenchResult unexpected(Object options, Object out) {
    throw new AssertionError("measured");
  }

  private static BenchResult result(double... rounds) {
    return new BenchResult(
        "some",
        Machine.here(),
        Instant.EPOCH,
        Map.of(),
        List.of(Figure.of("some.rate", "1/s", Better.HIGHER, rounds)));
  }

  private static String told(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
