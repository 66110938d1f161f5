package kz.qaqpa.ledger.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RedoLogTest {
  @TempDir private Path folder;

  @Test
  void transactionsComeBackAsTheyWent_alsoAfterAnotherOpening() throws IOException {
    List<Statement> one =
        List.of(
            Statement.of("delete from t where a = ?", "қала"),
            Statement.of("insert into t values (?, ?, ?, ?)", null, 7L, true, Instant.EPOCH));
    List<Statement> two = List.of(Statement.of("update t set a = ?", ""));
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(one);
    }
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(two);
      assertThat(log.transactions()).containsExactly(one, two);
    }
  }

  @Test
  void whatChangesNothing_isNotWritten() throws IOException {
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(List.of(Statement.of("shutdown immediately")));
      assertThat(log.transactions()).isEmpty();
    }
  }

  @Test
  void aTornEndIsDropped_andWrittenOver() throws IOException {
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(change(1));
      log.append(change(2));
    }
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 3));
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(change(3));
      assertThat(log.transactions()).containsExactly(change(1), change(3));
    }
  }

  @Test
  void damageCostsWhatIsDamaged() throws IOException {
    try (RedoLog log = RedoLog.open(folder)) {
      log.append(change(1));
      log.append(change(2));
    }
    Path file = files().getFirst();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 4] ^= 1;
    Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    try (RedoLog log = RedoLog.open(folder)) {
      assertThat(log.transactions()).containsExactly(change(2));
    }
  }

  @Test
  void theLastTwoFilesAreKept_inTheirOrder() throws IOException {
    List<List<Statement>> written = new ArrayList<>();
    try (RedoLog log = RedoLog.open(folder)) {
      for (int i = 0; i < 60; i++) {
        List<Statement> change =
            List.of(Statement.of("update t set a = ?", i + "x".repeat(800_000)));
        log.append(change);
        written.add(change);
      }
      List<List<Statement>> kept = log.transactions();
      assertThat(kept).hasSizeBetween(10, 30);
      assertThat(kept).isEqualTo(written.subList(60 - kept.size(), 60));
    }
    assertThat(files()).hasSize(2);
  }

  @Test
  void afterACleanEndNothingIsLeft() throws IOException {
    RedoLog log = RedoLog.open(folder);
    log.append(change(1));
    log.clear();
    assertThat(files()).isEmpty();
  }

  private static List<Statement> change(int number) {
    return List.of(Statement.of("update t set a = ?", (long) number));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
