package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.client.Options;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class LedgerBenchmarkTest {
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  private BenchResult run(String... args) throws Exception {
    Options options = Options.parse(List.of(args), Set.of("only", "rounds", "records"), Set.of());
    return LedgerBenchmark.run(options, new PrintStream(told, true, StandardCharsets.UTF_8));
  }

  @Test
  @Tag("bench")
  void whatIsPrintedIsWritten() throws Exception {
    BenchResult result = run("--only", "sums", "--rounds", "2", "--records", "2000");
    assertThat(result.figure("h2.sums").orElseThrow().rounds()).isEqualTo(2);
    assertThat(result.figure("h2.sums.cpu").orElseThrow().median()).isPositive();
    assertThat(result.figure("h2.size").orElseThrow().median()).isBetween(100.0, 10_000.0);
    assertThat(result.settings()).containsEntry("only", "sums").containsEntry("records", "2000");
    assertThat(told.toString(StandardCharsets.UTF_8))
        .contains(result.machine().line(), "h2.size", "bytes/record", "h2.sums.cpu");
    assertThat(BenchResult.read(BenchProgram.root().resolve("target/bench/ledger/ledger.json")))
        .isEqualTo(result);
  }

  @Test
  void onlyWhatThereIs() {
    assertThatThrownBy(() -> run("--only", "oracle"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("--only: oracle (expected: h2, postgres or sums)");
  }
}
