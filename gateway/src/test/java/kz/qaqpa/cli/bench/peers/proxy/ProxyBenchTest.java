package kz.qaqpa.cli.bench.peers.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport.Round;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport.Row;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport.Way;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Machine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProxyBenchTest {
  private static final Path ROOT = Path.of(System.getProperty("qaqpa.root", ".."));

  @TempDir private Path folder;

  @Test
  @Tag("bench")
  @Tag("node")
  void allWaysAnswer() throws Exception {
    ProxyBench.Plan plan =
        new ProxyBench.Plan(
            ROOT,
            ROOT.resolve("config/models/kaz-mini"),
            folder,
            ROOT.resolve("target/npm").toAbsolutePath(),
            List.of(1, 4),
            1,
            12,
            8);
    ProxyReport report = new ProxyBench(plan, System.err, Profiling.OFF).measure();
    assertThat(report.rows())
        .hasSize(8)
        .allSatisfy(row -> {
          assertThat(row.rounds()).hasSize(1);
          assertThat(row.rounds().getFirst().perSecond()).isPositive();
          assertThat(row.rounds().getFirst().medianMillis()).isPositive();
        });
    List<byte[]> events = BareUpstream.events(Files.readString(folder.resolve("answer.sse")));
    // The role, eight tokens, how it ended, usage, the label, [DONE]: whatever ours sends.
    assertThat(events).hasSizeGreaterThan(8);
    assertThat(new String(events.getLast(), StandardCharsets.UTF_8)).isEqualTo("data: [DONE]\n\n");
    assertThat(report.table()).contains("client → Portkey → Qaqpa | 4 |");
    assertThat(BenchResult.read(folder.resolve("proxy.json"))).isEqualTo(report.result());
  }

  @Test
  void whatIsAdded_isRoundByRound() {
    Machine machine = new Machine("cpu", 2, 8, "Linux", "25", 0);
    ProxyReport report =
        new ProxyReport(
            machine,
            Instant.EPOCH,
            Map.of(),
            List.of(
                new Row(Way.BARE, 1, List.of(new Round(1, 2, 900, 50), new Round(3, 5, 300, 60))),
                new Row(
                    Way.PORTKEY,
                    1,
                    List.of(new Round(2, 4, 400, 500), new Round(5, 9, 200, 600)))));
    BenchResult result = report.result();
    assertThat(result.figure("proxy.portkey.1.added-median"))
        .contains(
            new Figure("proxy.portkey.1.added-median", "ms", Figure.Better.NEITHER, 1.5, 1, 2, 2));
    assertThat(result.figure("proxy.portkey.1.added-p99")).map(Figure::median).contains(3.0);
    assertThat(report.table())
        .contains("| client → bare server | 1 | 2.00, 3.50 |  | 600 (300 to 900) | 55 |")
        .contains("| client → Portkey → bare server | 1 | 3.50, 6.50 | 1.50, 3.00 | 300");
  }

  @Test
  void eventsKeepEveryByte() {
    String stream = "data: a\n\n: ping\n\ndata: {\"b\":\"қ\"}\n\ndata: [DONE]\n\n";
    StringBuilder all = new StringBuilder();
    BareUpstream.events(stream)
        .forEach(event -> all.append(new String(event, StandardCharsets.UTF_8)));
    assertThat(BareUpstream.events(stream)).hasSize(4);
    assertThat(all).hasToString(stream);
  }
}
