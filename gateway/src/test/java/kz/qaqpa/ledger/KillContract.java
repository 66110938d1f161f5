package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.ledger.report.UsageFilter;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at any moment: what somebody was told to be durable is there when the ledger is
 * opened again, once, and labels with it.
 */
abstract class KillContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  /** For a process of its own. */
  abstract LedgerSettings settings();

  @Test
  void whatWasToldIsThere_whenItIsOpenedAgain() {
    Set<String> told = new HashSet<>();
    Seeds.forRandom(
        TestSize.tries(5, 20),
        random -> {
          told.addAll(killed(random));
          assertAllThere(told);
        });
  }

  /** Starts a process, kills it at some moment, and says what it was told. */
  final List<String> killed(RandomGenerator random) throws IOException, InterruptedException {
    LedgerSettings settings = settings();
    List<String> told = new ArrayList<>();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                LedgerMain.class.getName(),
                settings.folder().toString(),
                settings.url(),
                settings.passwordFile(),
                Long.toString(random.nextLong()),
                Long.toString(1 + random.nextLong(20_000)))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).isEqualTo("open");
      long until = random.nextLong(8, 400); // Some of so many have a label.
      for (long i = 0; i < until; i++) {
        told.add(Objects.requireNonNull(out.readLine(), "it ended by itself"));
      }
      Thread.sleep(Duration.ofNanos(random.nextLong(20_000_000)));
      // SIGKILL. By its handle: the process itself would close what is left to read.
      process.toHandle().destroyForcibly();
      String line = out.readLine();
      while (line != null) {
        told.add(line);
        line = out.readLine();
      }
    }
    process.waitFor();
    return told;
  }

  final void assertAllThere(Set<String> told) {
    try (Ledgers ledgers = LedgerTuning.open(settings())) {
      UsageFilter all = new UsageFilter(null, null, Instant.EPOCH, Instant.now().plusSeconds(60));
      List<String> found =
          Objects.requireNonNull(
              ledgers.reader().records(all).map(UsageRecord::id).collectList().block(PATIENCE));
      assertThat(found).doesNotHaveDuplicates();
      assertThat(new HashSet<>(found)).containsAll(told);
      assertLabelsAreThereWithTheirRecords(ledgers);
    }
  }

  private static void assertLabelsAreThereWithTheirRecords(Ledgers ledgers) {
    assertThat(
            count(
                ledgers,
                "usage_record r left join label l on l.id = r.label_id and l.record_id = r.id"
                    + " where r.label_id is not null and l.id is null"))
        .isZero();
    assertThat(
            count(
                ledgers,
                "label l left join usage_record r on r.at = l.record_at and r.id = l.record_id"
                    + " left join label_content c on c.label_id = l.id"
                    + " where r.id is null or c.sha256 is null"))
        .isZero();
    assertThat(count(ledgers, "label")).isPositive();
  }

  private static long count(Ledgers ledgers, String from) {
    return Objects.requireNonNull(
        ledgers
            .database()
            .query(row -> row.number("n"), "select count(*) as n from " + from)
            .blockFirst(PATIENCE));
  }
}
