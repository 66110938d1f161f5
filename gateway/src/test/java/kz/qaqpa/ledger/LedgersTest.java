package kz.qaqpa.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.guard.TimeLimit;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Databases;
import kz.qaqpa.ledger.report.UsageTotal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening the ledger, and what keeps it from opening: one sentence each. */
class LedgersTest {
  @TempDir Path folder;

  @Test
  void whatWasWrittenIsThereWhenItIsOpenedAgain() {
    UsageRecord record = RandomRecords.at(new SplittableRandom(1), Instant.now());
    try (Ledgers ledgers = LedgerTuning.open(settings(folder))) {
      ledgers.ledger().append(record).block();
      assertThat(ledgers.stats().committed()).isOne();
    }
    try (Ledgers ledgers = LedgerTuning.open(settings(folder))) {
      assertThat(
              ledgers
                  .reader()
                  .sums(record.at().minusSeconds(1), record.at().plusSeconds(1))
                  .map(UsageTotal::tokens)
                  .blockFirst())
          .isEqualTo(record.charge().tokens());
    }
  }

  @Test
  void itsGuards_areTold() throws InterruptedException {
    try (Ledgers ledgers = LedgerTuning.open(settings(folder))) {
      Guards guards = new Guards();
      ledgers.guard(guards);
      assertThat(guards.breakers()).extracting(CircuitBreaker::getName).containsExactly("ledger");
      assertThat(guards.limits()).extracting(TimeLimit::name).containsExactly("database");
      Bulkhead readers = guards.bulkheads().getFirst();
      assertThat(readers.name()).isEqualTo("database");
      assertThat(readers.most()).isPositive();
      // What has had its time is looked for when it opens, and that is a reader.
      TestGateway.await(() -> readers.available() == readers.most());
      assertThat(guards.details()).isEmpty();
    }
  }

  @Test
  void nobodyElseCanLookIntoTheFolder() throws IOException {
    Path made = folder.resolve("a/b");
    LedgerTuning.open(settings(made)).close();
    assertThat(Files.getPosixFilePermissions(made))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void aSecondGatewayOnTheSameFolderIsRefused() {
    try (Ledgers first = LedgerTuning.open(settings(folder))) {
      assertThatThrownBy(() -> LedgerTuning.open(settings(folder)))
          .isInstanceOf(DatabaseFailure.class)
          .hasMessage(
              "ledger.folder: "
                  + folder
                  + ": another gateway uses it (expected: a folder of its own for each)");
      assertThat(first.ledger().full()).isNull();
    }
    LedgerTuning.open(settings(folder)).close(); // And the one after it is not.
  }

  @Test
  void aDatabaseThatAnotherProgramHasOpenIsRefused() throws Exception {
    LedgerTuning.open(settings(folder)).close();
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HoldMain.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("open");
      assertThatThrownBy(() -> LedgerTuning.open(settings(folder)))
          .isInstanceOf(DatabaseFailure.class)
          .hasMessage(
              "ledger.folder: "
                  + folder.resolve("ledger.mv.db")
                  + ": in use by another process (expected: a folder of its own for each gateway)");
    } finally {
      other.destroyForcibly().waitFor();
    }
    LedgerTuning.open(settings(folder)).close();
  }

  /** Opens the database alone, as somebody's SQL client would. */
  static final class HoldMain {
    private HoldMain() {}

    /** The folder. */
    public static void main(String[] args) throws InterruptedException {
      Database database = Databases.embedded(Path.of(args[0]), 1);
      System.out.println("open");
      Thread.sleep(60_000);
      database.close();
    }
  }

  @Test
  void aFolderThatCannotBeUsedIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    Path readOnly = Path.of("/proc/qaqpa"); // Nobody may make it, not even root.
    for (Path path : Stream.of(file, file.resolve("below"), readOnly).toList()) {
      assertThatThrownBy(() -> LedgerTuning.open(settings(path)))
          .isInstanceOf(DatabaseFailure.class)
          .hasMessage(
              "ledger.folder: " + path + ": cannot be used (expected: a folder to write in)");
    }
  }

  @Test
  void aSpoolThatCannotBeUsedLeavesNothingOpen() throws IOException {
    Files.writeString(folder.resolve("spool"), "");
    assertThatThrownBy(() -> LedgerTuning.open(settings(folder)))
        .isInstanceOf(DatabaseFailure.class);
    Files.delete(folder.resolve("spool"));
    LedgerTuning.open(settings(folder)).close();
  }

  @Test
  void aPasswordFileThatIsNotThereIsNamed() {
    LedgerSettings settings =
        LedgerTuning.of(folder, "postgresql://127.0.0.1:1/x", "/nowhere/password");
    assertThatThrownBy(() -> LedgerTuning.open(settings))
        .isInstanceOf(DatabaseFailure.class)
        .hasMessage(
            "ledger.passwordFile: /nowhere/password: cannot be read (expected: a file with a"
                + " password)");
    assertThatThrownBy(
            () -> LedgerTuning.open(LedgerTuning.of(folder, "postgresql://h/x?sslmode=no", "")))
        .hasMessageContaining("ledger.url: sslmode no (expected: disable, allow, prefer");
    assertThatThrownBy(
            () -> LedgerTuning.open(LedgerTuning.of(folder, "postgresql://h/x?ssl=on", "")))
        .hasMessageContaining("ledger.url: ssl (expected: sslmode or sslrootcert, with a value)");
    assertThatThrownBy(() -> LedgerTuning.open(LedgerTuning.of(folder, "postgresql://h:0/x", "")))
        .hasMessageContaining("ledger.url: port 0 (expected: 1 to 65535)");
  }

  private static LedgerSettings settings(Path folder) {
    return LedgerTuning.embedded(folder);
  }
}
