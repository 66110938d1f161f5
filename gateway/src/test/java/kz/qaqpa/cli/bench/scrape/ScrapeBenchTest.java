package kz.qaqpa.cli.bench.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.bench.scrape.ScrapeReport.Period;
import kz.qaqpa.cli.bench.scrape.ScrapeReport.Round;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScrapeBenchTest {
  @TempDir private Path folder;

  @Test
  @Tag("bench")
  void streamsRun_whileTheyAreScraped() throws Exception {
    Path model = Path.of(System.getProperty("qaqpa.root"), "config/models/kaz-mini");
    ScrapeReport report =
        new ScrapeBench(new ScrapeBench.Plan(model, folder, 20, 1, 1), System.err, Profiling.OFF)
            .measure();
    Round round = report.rounds().getFirst();
    assertThat(report.bytes()).isGreaterThan(10_000);
    assertThat(round.quiet().scrapes()).isZero();
    assertThat(round.flood().scrapes()).isPositive();
    assertThat(round.flood().tokens()).isPositive();
    assertThat(report.table()).contains("20 streams, a page of ");
    assertThat(BenchResult.read(folder.resolve("scrape.json"))).isEqualTo(report.result());
  }

  @Test
  void aScrape_costsWhatIsMoreForAsManyTokens() {
    Period quiet = new Period(10, 2, 10_000, 0);
    ScrapeReport report =
        new ScrapeReport(
            Machine.here(),
            Instant.EPOCH,
            Map.of(),
            1,
            1,
            List.of(new Round(quiet, quiet, new Period(10, 6, 10_000, 800))));
    assertThat(report.millisPerScrape()).isCloseTo(5, within(1e-9));
    assertThat(report.share(5)).isCloseTo(0.005, within(1e-9));
    assertThat(report.result().figure("scrape.cpu").orElseThrow().median())
        .isCloseTo(5, within(1e-9));
    assertThat(report.result().figure("scrape.share.5s").orElseThrow().median())
        .isCloseTo(0.005, within(1e-9));
  }
}
