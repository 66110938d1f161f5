package kz.qaqpa.cli.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import kz.qaqpa.cli.bench.peers.PeersPlan.Pair;
import kz.qaqpa.cli.bench.peers.PeersReport.Load;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersBenchTest {
  private static final Path ROOT = Path.of(System.getProperty("qaqpa.root", ".."));
  private static final Path SHIPPED = ROOT.resolve("config/models/kaz-mini");

  @TempDir private Path folder;

  private PeersPlan plan(@Nullable Path server, List<Pair> pairs) throws IOException {
    Path model = new RandomModel(2, 128, 256, 2, 1).make(folder.resolve("random"), SHIPPED);
    return new PeersPlan(
        ROOT,
        model,
        folder,
        ROOT.resolve("target/npm").toAbsolutePath(),
        server,
        1,
        pairs,
        List.of(1, 3),
        2,
        1,
        5,
        2);
  }

  /** A script that starts the fake one, as a program is wanted. */
  private Path program(Class<?> main) throws IOException {
    Path script = folder.resolve("llama-server");
    Files.writeString(
        script,
        "#!/bin/sh\nCLASSPATH='%s' exec '%s/bin/java' %s \"$@\"\n"
            .formatted(
                System.getProperty("java.class.path"),
                System.getProperty("java.home"),
                main.getName()));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  @Test
  @Tag("bench")
  void overHttp_besideAServerThatSpeaksLlamasProtocol() throws Exception {
    PeersPlan plan = plan(program(FakeLlamaServer.class), Pair.of("f32"));
    PeersReport report = new PeersBench(plan, System.err, Profiling.OFF).measure();
    assertThat(report.loads()).extracting(Load::streams).containsExactly(1, 3);
    for (Load load : report.loads()) {
      assertThat(load.rounds())
          .hasSize(2)
          .allSatisfy(round -> {
            assertThat(round.ours().outputTokens()).isEqualTo(round.theirs().outputTokens());
            assertThat(round.theirs().outputTokens()).isEqualTo(5L * Math.max(load.streams(), 2));
            assertThat(round.theirs().promptTokens()).isEqualTo(7L * Math.max(load.streams(), 2));
          });
      assertThat(load.sameTokens()).as("prompts of the fake one are shorter").isFalse();
    }
    assertThat(report.table())
        .contains("llama.cpp: over HTTP, " + folder.resolve("llama-server"))
        .contains("(llama.cpp 14, 10)");
    assertThat(folder.resolve("llama-server.log")).content().contains("-np, 3, -c, 3072, -t, 1, ");
    BenchResult read = BenchResult.read(folder.resolve("peers.json"));
    assertThat(read).isEqualTo(report.result());
    assertThat(read.figures())
        .extracting(Figure::name)
        .contains(
            "peers.f32.3.qaqpa",
            "peers.f32.3.llama",
            "peers.f32.3.ratio",
            "peers.f32.1.cpu-ratio",
            "peers.f32.ttft.warm.qaqpa",
            "peers.f32.ttft.cold.llama",
            "peers.f32.ttft.together.qaqpa")
        .hasSize(14);
  }

  @Test
  @Tag("bench")
  @Tag("node")
  void inProcess_bothReadAndMakeTheSameTokens() throws Exception {
    PeersPlan plan = plan(null, Pair.of("int8-fast,f32"));
    PeersReport report = new PeersBench(plan, System.err, Profiling.OFF).measure();
    assertThat(report.loads())
        .hasSize(4)
        .allSatisfy(load -> {
          assertThat(load.sameTokens()).as(report.table()).isTrue();
          assertThat(load.rounds().getFirst().ours().outputTokens()).isPositive();
        });
    assertThat(report.prefixes())
        .hasSize(2)
        .allSatisfy(prefix -> {
          assertThat(prefix.oursWarm()).hasSize(2);
          assertThat(prefix.theirsWarm()).hasSize(2);
          assertThat(prefix.oursTogether()).hasSize(3 * plan.rounds()).doesNotContain(0.0);
          assertThat(prefix.theirsTogether()).hasSize(3 * plan.rounds()).doesNotContain(0.0);
        });
    assertThat(report.table())
        .contains("llama.cpp: llama_decode in process, libraries of @node-llama-cpp/")
        .contains("| int8-fast, Q8_0 | 3 |");
  }

  @Test
  @Tag("bench")
  void aProgramThatIsNone_andOneThatEnds() throws Exception {
    PeersPlan none = plan(folder.resolve("nothing"), Pair.of("f32"));
    assertThatThrownBy(() -> new PeersBench(none, System.err, Profiling.OFF).measure())
        .isInstanceOf(IOException.class)
        .hasMessage("--llama-server: " + folder.resolve("nothing") + " (expected: a program)");
    Path ends = folder.resolve("ends");
    Files.writeString(ends, "#!/bin/sh\necho no such model >&2\nexit 3\n");
    Files.setPosixFilePermissions(ends, PosixFilePermissions.fromString("rwx------"));
    PeersPlan plan = plan(ends, Pair.of("f32"));
    assertThatThrownBy(() -> new PeersBench(plan, System.err, Profiling.OFF).measure())
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("--llama-server: not ready (expected: /health answers 200)")
        .hasMessageEndingWith("no such model");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--random 7b | --random: 7b (expected: 125m or 1b)",
        "--random 125m --model x | --random: beside --model (expected: one of them)",
        "--precisions int4 | --precisions: int4 (expected: int8-fast, int8 or f32, with commas",
        "--proxy --model x | --model: beside --proxy (expected: not both)",
        "--rounds 0 | --rounds: 0 (expected: 1 to 100)",
        "--streams 4 | --streams: unknown (expected: "
      })
  void wrongCommandLines(String line, String expected) {
    PrintStream nowhere =
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    List<String> args =
        Stream.concat(Stream.of(line.split(" ", -1)), Stream.of("--out", folder.toString()))
            .toList();
    assertThatThrownBy(() -> PeersCommand.run(args, ROOT, nowhere, nowhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(expected);
  }
}
