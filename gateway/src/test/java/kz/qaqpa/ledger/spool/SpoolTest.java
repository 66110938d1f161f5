package kz.qaqpa.ledger.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.ledger.RandomLabels;
import kz.qaqpa.ledger.RandomRecords;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final long PLENTY = 1L << 30;
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));

  @TempDir Path folder;

  @Test
  void recordsComeOutInTheirOrder_alsoAfterARestart() throws IOException {
    try (Spool spool = open(PLENTY)) {
      append(spool, 0, 10);
      append(spool, 10, 25);
      assertThat(spool.state().records()).isEqualTo(25);
      assertThat(spool.state().oldestMillis()).isEqualTo(CLOCK.millis());
    }
    try (Spool spool = open(PLENTY)) {
      append(spool, 25, 30);
      assertThat(takeAll(spool, 7)).isEqualTo(names(0, 30));
      assertThat(spool.state()).isEqualTo(new Spool.State(0, 0, PLENTY, 0, 0, null));
      assertThat(spool.oldest()).isNull();
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void whatWasTakenAndNotToldComesAgain() throws IOException {
    try (Spool spool = open(PLENTY)) {
      append(spool, 0, 10);
      Spool.Batch batch = batch(spool);
      batch.taken(batch.next(4).size());
      assertThat(spool.state().records()).isEqualTo(6);
    }
    try (Spool spool = open(PLENTY)) {
      assertThat(takeAll(spool, 100)).isEqualTo(names(0, 10));
    }
  }

  @Test
  void aTornTailIsDropped_whereverItWasTorn() throws IOException {
    try (Spool spool = open(PLENTY)) {
      append(spool, 0, 3);
    }
    Path file = files().getFirst();
    byte[] whole = Files.readAllBytes(file);
    int last = Frames.size("record 2".getBytes(UTF_8));
    for (int cut = 1; cut <= last; cut++) {
      Files.write(file, Arrays.copyOf(whole, whole.length - cut));
      try (Spool spool = open(PLENTY)) {
        assertThat(spool.state().records()).isEqualTo(2);
        append(spool, 3, 4);
        assertThat(takeAll(spool, 10)).containsExactly("record 0", "record 1", "record 3");
      }
      assertThat(files()).isEmpty();
    }
  }

  @Test
  void aTailOfZerosIsDropped() throws IOException { // As some file systems leave it.
    try (Spool spool = open(PLENTY)) {
      append(spool, 0, 2);
    }
    Path file = files().getFirst();
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 500));
    try (Spool spool = open(PLENTY)) {
      assertThat(takeAll(spool, 10)).isEqualTo(names(0, 2));
    }
  }

  @Test
  void damageCostsTheRecordItHits_andTheFileIsKept() {
    Seeds.forRandom(
        TestSize.tries(30, 5000),
        random -> {
          try (Spool spool = open(PLENTY)) {
            append(spool, 0, 20);
          }
          Path file = files().getFirst();
          byte[] bytes = Files.readAllBytes(file);
          int hit = random.nextInt(bytes.length);
          bytes[hit] ^= (byte) (1 + random.nextInt(255));
          Files.write(file, bytes);
          int record = hit * 20 / bytes.length;
          List<String> left = new ArrayList<>(names(0, 20));
          try (Spool spool = open(PLENTY)) {
            List<String> found = takeAll(spool, 6);
            left.removeAll(found);
            // Frames of one and of two digits differ by a byte, so the estimate may be one off.
            assertThat(left).hasSize(1);
            int lost = Integer.parseInt(left.getFirst().substring("record ".length()));
            assertThat(lost).isBetween(record - 1, record + 1);
            assertThat(found).isSortedAccordingTo(SpoolTest::byNumber);
          }
          Path kept = file.resolveSibling(file.getFileName() + ".damaged");
          assertThat(Files.exists(kept)).isEqualTo(!left.contains("record 19")); // Else it is torn.
          Files.deleteIfExists(kept);
        });
  }

  @Test
  void aFullSpoolRefusesNewWorkBeforeItHasNoRoomForOld() throws IOException {
    try (Spool spool = open(64 << 10)) {
      int appended = 0;
      while (spool.state().full() == null) {
        append(spool, appended, appended + 1);
        appended++;
      }
      assertThat(spool.state().full()).isEqualTo("the spool is full");
      assertThat(spool.state().bytes()).isBetween(56L << 10, 57L << 10);
      int reserve = 0;
      while (spool.append(List.of(("record " + appended).getBytes(UTF_8)))) {
        appended++;
        reserve++;
      }
      assertThat(reserve).isGreaterThan(200);
      assertThat(spool.state().bytes()).isLessThanOrEqualTo(64L << 10);
      assertThat(spool.state().dropped()).isZero();
      assertThat(takeAll(spool, 50)).isEqualTo(names(0, appended));
      assertThat(spool.state().full()).isNull();
    }
  }

  @Test
  void aFullSpoolMayDropTheOldest_andCountsThem() throws IOException {
    try (Spool spool = Spool.open(folder, 64 << 10, true, CLOCK)) {
      for (int i = 0; i < 4000; i++) {
        append(spool, i, i + 1);
        assertThat(spool.state().bytes()).isLessThanOrEqualTo(64L << 10);
        assertThat(spool.state().full()).isNull();
      }
      int dropped = Math.toIntExact(spool.state().dropped());
      assertThat(dropped + spool.state().records()).isEqualTo(4000);
      assertThat(spool.state().records()).isGreaterThan(1800);
      assertThat(takeAll(spool, 100)).isEqualTo(names(dropped, 4000));
    }
  }

  @Test
  void whatIsDroppedWhileItIsTakenIsNotCountedTwice() throws IOException {
    try (Spool spool = Spool.open(folder, 64 << 10, true, CLOCK)) {
      append(spool, 0, 10);
      Spool.Batch batch = batch(spool);
      batch.taken(4);
      for (int i = 10; spool.state().dropped() == 0; i++) {
        append(spool, i, i + 1);
      }
      assertThat(spool.state().dropped()).isEqualTo(6);
      long left = spool.state().records();
      batch.taken(6); // They did reach the database, after all.
      assertThat(spool.state().records()).isEqualTo(left);
      assertThat(takeAll(spool, 100).getFirst()).isEqualTo("record 10");
    }
  }

  @Test
  void aDiskThatTakesNothingIsTold_andTriedAgain() throws IOException {
    Path gone = folder.resolve("spool");
    Files.createDirectory(gone);
    try (Spool spool = Spool.open(gone, PLENTY, false, CLOCK)) {
      Files.delete(gone);
      assertThatThrownBy(() -> append(spool, 0, 1)).isInstanceOf(IOException.class);
      assertThat(spool.state().full()).isEqualTo("the disk of the spool takes nothing");
      spool.probe();
      assertThat(spool.state().full()).isNotNull();
      Files.createDirectory(gone);
      spool.probe();
      assertThat(spool.state().full()).isNull();
      append(spool, 1, 2);
      assertThat(takeAll(spool, 10)).containsExactly("record 1");
    }
  }

  @Test
  void anyOrderOfAppendingTakingAndRestarting() {
    Seeds.forRandom(TestSize.tries(20, 1000), this::play);
  }

  private void play(RandomGenerator random) throws IOException {
    Deque<String> model = new ArrayDeque<>();
    int next = 0;
    Spool spool = open(PLENTY);
    for (int step = 0; step < 200; step++) {
      switch (random.nextInt(8)) {
        case 0 -> {
          spool.close();
          spool = open(PLENTY); // Here nothing was taken in part.
        }
        case 1, 2, 3 -> {
          Spool.Batch batch = spool.oldest();
          while (batch != null && !batch.next(1).isEmpty()) {
            List<String> taken = texts(batch.next(1 + random.nextInt(5)));
            batch.taken(taken.size());
            taken.forEach(text -> assertThat(text).isEqualTo(model.remove()));
          }
        }
        default -> {
          int count = 1 + random.nextInt(6);
          append(spool, next, next + count);
          model.addAll(names(next, next + count));
          next += count;
        }
      }
      assertThat(spool.state().records()).isEqualTo(model.size());
    }
    assertThat(takeAll(spool, 9)).isEqualTo(List.copyOf(model));
    spool.close();
    assertThat(files()).isEmpty();
  }

  @Test
  void recordsAreReadAsTheyWereWritten() {
    Seeds.forRandom(
        TestSize.tries(100, 10_000),
        random -> {
          Entry plain = new Entry(RandomRecords.any(random), null);
          assertThat(RecordCodec.entry(RecordCodec.bytes(plain))).contains(plain);
          Entry labelled = RandomLabels.on(RandomRecords.any(random), random);
          assertThat(RecordCodec.entry(RecordCodec.bytes(labelled))).contains(labelled);
        });
  }

  @Test
  void recordsOfOtherVersionsAreReadAsFarAsTheyAreWhole() {
    RandomGenerator random = new SplittableRandom(1);
    Entry plain = new Entry(RandomRecords.any(random), null);
    String json = new String(RecordCodec.bytes(plain), UTF_8);
    assertThat(json).doesNotContain("\"label\""); // As before there were labels.
    String newer = json.substring(0, json.length() - 1) + ",\"added\":{\"later\":[1]}}";
    assertThat(RecordCodec.entry(newer.getBytes(UTF_8))).contains(plain);
    Entry labelled = RandomLabels.on(RandomRecords.any(random), random);
    String whole = new String(RecordCodec.bytes(labelled), UTF_8);
    for (String broken :
        List.of(
            "{\"id\":7}",
            "nothing",
            "[]",
            whole.replace("\"payload\"", "\"other\""),
            whole.replace("\"contentSha256\"", "\"other\""),
            whole.replaceFirst("\"label\":\\{.*}", "\"label\":7}"))) {
      assertThat(RecordCodec.entry(broken.getBytes(UTF_8))).isEmpty();
    }
  }

  private Spool open(long capacity) throws IOException {
    return Spool.open(folder, capacity, false, CLOCK);
  }

  private static void append(Spool spool, int from, int to) throws IOException {
    assertThat(spool.append(names(from, to).stream().map(name -> name.getBytes(UTF_8)).toList()))
        .isTrue();
  }

  private static Spool.Batch batch(Spool spool) throws IOException {
    Spool.Batch batch = spool.oldest();
    if (batch == null) {
      throw new AssertionError("nothing in it");
    }
    return batch;
  }

  private static List<String> takeAll(Spool spool, int most) throws IOException {
    List<String> all = new ArrayList<>();
    for (Spool.Batch batch = spool.oldest(); batch != null; batch = spool.oldest()) {
      for (List<byte[]> next = batch.next(most); !next.isEmpty(); next = batch.next(most)) {
        all.addAll(texts(next));
        batch.taken(next.size());
      }
    }
    return all;
  }

  private static List<String> texts(List<byte[]> records) {
    return records.stream().map(record -> new String(record, UTF_8)).toList();
  }

  private static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "record " + i).toList();
  }

  private static int byNumber(String a, String b) {
    return Integer.compare(Integer.parseInt(a.substring(7)), Integer.parseInt(b.substring(7)));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.filter(path -> path.toString().endsWith(".spool")).sorted().toList();
    }
  }
}
