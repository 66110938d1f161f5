package kz.qaqpa.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.http.UsageServer;
import kz.qaqpa.http.usage.Reader;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.report.ReportSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

/** The examples of docs/reports.md, on records that make what the page shows. */
@Tag("curl")
class ReportsPageTest {
  private static final String PAGE = "docs/reports.md";
  private static final String COMMAND = "./qaqpa usage";

  /** Tokens and characters are those of docs/quotas.md, with the shipped vocabulary. */
  private static final List<UsageRecord> RECORDS =
      List.of(
          UsageRecords.at("2026-11-02T04:00:00Z").charged(59, 294, 118, 588).record(),
          UsageRecords.at("2026-11-02T05:00:00Z").charged(118, 588, 59, 294).cached(24).record(),
          UsageRecords.at("2026-11-02T06:00:00Z")
              .in(Language.RU)
              .charged(180, 323, 359, 645)
              .record(),
          UsageRecords.at("2026-11-03T04:00:00Z")
              .of("minfin", "archive")
              .charged(118, 588, 59, 294)
              .record());

  private static UsageServer serving;
  private static UsageServer administering;

  @BeforeAll
  static void start() {
    serving = UsageServer.serving(new ReportSettings(2, 8));
    administering = UsageServer.administering(new Reader.OfAll("operator:duty"));
    serving.usage().with(Flux.fromIterable(RECORDS));
    administering.usage().with(Flux.fromIterable(RECORDS));
  }

  @AfterAll
  static void stop() {
    serving.close();
    administering.close();
  }

  static List<Example> examples() {
    return Example.of(PAGE);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example(Example example) {
    Runner runner = new Runner(serving.url(), TestGateway.KEY);
    String java =
        Path.of(System.getProperty("java.home"), "bin", "java")
            + " -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
            + System.getProperty("java.class.path")
            + "' kz.qaqpa.Main usage --key any --url "
            + administering.url();
    example.check(runner.shell(example.place(), runner.code(example).replace(COMMAND, java)));
  }

  @Test
  void everyBlockIsRunOrIsAnOutcome() {
    assertThat(Example.of(PAGE)).hasSize(3);
    assertThat(Example.unknown(PAGE)).isEmpty();
  }
}
