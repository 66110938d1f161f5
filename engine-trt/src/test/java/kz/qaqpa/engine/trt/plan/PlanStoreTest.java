package kz.qaqpa.engine.trt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which plan is used, which is built anew, which is refused; and that none is ever half there. */
class PlanStoreTest {
  private static final PlanKey KEY = key("sha256:abc", "NVIDIA H200", "11.2.1");
  private static final byte[] BODY = "the plan itself".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;

  private final Arena arena = Arena.ofConfined();
  private final List<String> progress = new ArrayList<>();
  private int builds;

  @AfterEach
  void close() {
    arena.close();
  }

  static PlanKey key(String model, String gpu, String tensorRt) {
    return new PlanKey(model, Precision.BF16, 32, 8192, 2048, 1, tensorRt, gpu, "9.0");
  }

  @Test
  void isBuiltOnceForAKey() throws IOException {
    PlanStore.Entry first = open(KEY, null);
    assertThat(first.built()).isTrue();
    assertThat(first.file()).hasParent(folder).exists();
    PlanStore.Entry second = open(KEY, null);
    assertThat(second.built()).isFalse();
    assertThat(second.file()).isEqualTo(first.file());
    assertThat(second.body().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(BODY);
    assertThat(builds).isEqualTo(1);
    assertThat(progress).isEmpty();
    assertThat(open(key("sha256:def", "NVIDIA H200", "11.2.1"), null).file())
        .isNotEqualTo(first.file());
    assertNothingBut(2);
  }

  @Test
  void aStalePlanIsBuiltAnew() throws IOException {
    Path file = folder.resolve("mine.plan");
    open(KEY, file);
    open(key("sha256:def", "NVIDIA H200", "11.2.1"), file);
    assertThat(builds).isEqualTo(2);
    assertThat(progress)
        .containsExactly("plan " + file + ": model: sha256:abc (expected: sha256:def): built anew");
    PlanKey longer =
        new PlanKey(
            "sha256:def", Precision.BF16, 32, 4096, 2048, 1, "11.2.1", "NVIDIA H200", "9.0");
    open(longer, file);
    assertThat(progress.getLast()).contains("maxLength: 8192 (expected: 4096)");
    assertNothingBut(1);
  }

  @Test
  void aForeignPlanIsRefusedAndKept() throws IOException {
    Path file = folder.resolve("mine.plan");
    open(key("sha256:abc", "NVIDIA A100-SXM4-80GB", "11.2.1"), file);
    byte[] before = Files.readAllBytes(file);
    assertThatThrownBy(() -> open(KEY, file))
        .isInstanceOf(PlanException.class)
        .hasMessage(
            "plan "
                + file
                + ": gpu: NVIDIA A100-SXM4-80GB (expected: NVIDIA H200); a plan works on the kind"
                + " of machine that built it: name another --out, or none");
    Files.delete(file);
    open(key("sha256:abc", "NVIDIA H200", "10.16.0"), file);
    assertThatThrownBy(() -> open(KEY, file))
        .hasMessageContaining("tensorRt: 10.16.0 (expected: 11.2.1)");
    assertThat(before).isNotEmpty();
    assertThat(builds).isEqualTo(2);
    Path other = Files.writeString(folder.resolve("notes.txt"), "not a plan, but somebody's file");
    assertThatThrownBy(() -> open(KEY, other))
        .hasMessage(
            "plan " + other + ": no plan of Qaqpa's (expected: a file that ./qaqpa compile wrote)");
    assertThat(other).hasContent("not a plan, but somebody's file");
  }

  /** Every cut, and every changed byte, is noticed with one clear error. */
  @Test
  void damageIsNoticedAndRepairedInTheCache() throws IOException {
    Path file = open(KEY, null).file();
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertDamaged(file);
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 1));
    assertDamaged(file);
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x20;
      Files.write(file, damaged);
      assertDamaged(file);
    }
    Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
    builds = 0;
    assertThat(open(KEY, null).built()).isTrue();
    assertThat(progress).singleElement().asString().contains("cut short").endsWith("built anew");
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  private void assertDamaged(Path file) {
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena))
        .isInstanceOf(PlanException.class)
        .hasMessageStartingWith("plan " + file + ": ");
  }

  @Test
  void hostileHeadersAskForNothing() throws IOException {
    Path file = folder.resolve("hostile.plan");
    Seeds.forRandom(300, random -> hostile(file, random));
    write(file, "model=x\nbodyBytes=999999999999999\n");
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena))
        .hasMessageContaining("capability: missing");
    StringBuilder fields = new StringBuilder();
    KEY.fields().forEach((name, value) -> fields.append(name + "=" + value + "\n"));
    write(file, fields + "bodyBytes=999999999999999\nbodySha256=0\n");
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena)).hasMessageContaining("cut short");
    write(file, fields + "bodyBytes=-1\nbodySha256=0\n");
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena))
        .hasMessageEndingWith("bodyBytes: -1 (expected: a whole number)");
    write(file, fields + "model=again\nbodyBytes=1\n");
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena))
        .hasMessageEndingWith("header: model=again (expected: name=value, each name once)");
    write(file, "a\u001b[31m" + "x".repeat(100) + "\n");
    assertThatThrownBy(() -> PlanFile.read(file, KEY, arena))
        .hasMessageContaining("header: a?[31mxxx")
        .hasMessageContaining("…");
  }

  private void hostile(Path file, RandomGenerator random) {
    byte[] bytes = new byte[random.nextInt(200)];
    random.nextBytes(bytes);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length > 16 && random.nextBoolean()) {
      buffer.put("QAQPATRT".getBytes(StandardCharsets.US_ASCII)).putInt(1);
      if (random.nextBoolean()) {
        buffer.putInt(random.nextInt(bytes.length));
      }
    }
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    assertDamaged(file);
  }

  private static void write(Path file, String header) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(16 + text.length + 1)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("QAQPATRT".getBytes(StandardCharsets.US_ASCII))
            .putInt(1)
            .putInt(text.length)
            .put(text)
            .array());
  }

  @Test
  void whatCannotBeWrittenIsSaidBeforeAnythingIsBuilt() throws IOException {
    Path inTheWay = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> open(KEY, inTheWay.resolve("a.plan"))).isInstanceOf(IOException.class);
    assertThat(builds).isZero();
  }

  @Test
  void aFailedBuildLeavesNothing() throws IOException {
    PlanStore store = new PlanStore(folder, progress::add);
    assertThatThrownBy(() ->
            store.open(
                KEY,
                Optional.empty(),
                (_, _, _) -> {
                  throw new IllegalStateException("no kernel");
                },
                arena))
        .hasMessage("no kernel");
    assertNothingBut(0);
  }

  @Test
  void measuredKernelsAreKeptBesideIt() throws IOException {
    Path timings = folder.resolve(KEY.timingName());
    assertThat(timings.getFileName()).hasToString("timing-NVIDIA_H200-9.0-11.2.1.cache");
    PlanStore.keepTimings(timings, MemorySegment.ofArray(BODY));
    PlanStore.keepTimings(timings, MemorySegment.ofArray(BODY));
    assertThat(Files.readAllBytes(timings)).isEqualTo(BODY);
    assertNothingBut(1);
  }

  /** A process is ended in the middle of writing, at whatever moment that is. */
  @Test
  void aKilledWriterLeavesWholePlansOnly() throws Exception {
    for (int round = 0; round < 3; round++) {
      Path target = folder.resolve("round" + round);
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  SlowWriter.class.getName(),
                  target.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader lines = writer.inputReader(StandardCharsets.UTF_8)) {
        for (int i = 0; i <= round; i++) {
          assertThat(lines.readLine()).startsWith("written ");
        }
        writer.destroyForcibly();
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
      new PlanStore(target, progress::add)
          .open(KEY, Optional.empty(), (_, _, memory) -> memory.allocate(64 << 20), arena);
      try (Stream<Path> left = Files.list(target)) {
        for (Path file : left.toList()) {
          assertThat(file.getFileName().toString()).endsWith(".plan");
          assertThat(PlanFile.header(file).bodyBytes()).isEqualTo(64 << 20);
          assertThat(Files.size(file)).isGreaterThan(64 << 20);
        }
      }
    }
  }

  private PlanStore.Entry open(PlanKey key, @org.jspecify.annotations.Nullable Path named)
      throws IOException {
    PlanStore.Build build =
        (_, _, memory) -> {
          builds++;
          return memory.allocateFrom(ValueLayout.JAVA_BYTE, BODY);
        };
    return new PlanStore(folder, progress::add).open(key, Optional.ofNullable(named), build, arena);
  }

  private void assertNothingBut(int files) throws IOException {
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).hasSize(files);
    }
  }
}
