package kz.qaqpa.cli.bench.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.edge.EdgeReport.Sample;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EdgeBenchTest {
  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void everybodySendsTheSame_andTheFiguresAreInTableAndJson() throws Exception {
    Path model = Path.of(System.getProperty("qaqpa.root"), "config/models/kaz-mini");
    EdgeBench.Outcome outcome =
        new EdgeBench(new EdgeBench.Plan(model, folder, 1, 50, 150), System.err, Profiling.OFF)
            .measure();
    EdgeReport report = outcome.report();
    assertThat(report.events()).isEqualTo(64);
    for (Variant variant : Variant.values()) {
      List<Sample> samples = report.samples().getOrDefault(variant, List.of());
      assertThat(samples).as(variant.words()).hasSize(2);
      int each = variant.mode() == Mode.WHOLE ? 1 : 64;
      assertThat(samples)
          .allSatisfy(sample -> {
            assertThat(sample.requests()).isGreaterThanOrEqualTo(64);
            assertThat(sample.events()).isEqualTo(each * sample.requests());
          });
    }
    assertThat(BenchResult.read(folder.resolve("edge.json"))).isEqualTo(outcome.result());
    assertThat(outcome.table())
        .contains("64 connections; a stream of 64 events, ")
        .contains("| gateway, everything on | ")
        .contains("| gateway-signed of reactor events | ");
  }

  @Test
  void bothOfAPass_areCompared() {
    EdgeReport report =
        new EdgeReport(
            1,
            1,
            1,
            1,
            Map.of(
                Variant.SIGNED, List.of(sample(10, 2), sample(30, 2), sample(20, 2)),
                Variant.REACTOR, List.of(sample(20, 1), sample(40, 1), sample(80, 1))),
            Map.of());
    Figure rate = figure(report, "edge.gateway-signed.of.reactor.events");
    assertThat(rate.median()).isCloseTo(0.5, within(1e-9));
    assertThat(rate.least()).isCloseTo(0.25, within(1e-9));
    assertThat(rate.most()).isCloseTo(0.75, within(1e-9));
    // Twice the time for a half of the events: a quarter.
    assertThat(figure(report, "edge.gateway-signed.of.reactor.events.by-cpu").median())
        .isCloseTo(0.25, within(1e-9));
    assertThat(figure(report, "edge.gateway.of.netty.events").rounds()).isZero();
  }

  private static Figure figure(EdgeReport report, String name) {
    return report.figures().stream()
        .filter(figure -> figure.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static Sample sample(long events, double cpuSeconds) {
    return new Sample(1, events, 1, cpuSeconds, 1, 1);
  }
}
