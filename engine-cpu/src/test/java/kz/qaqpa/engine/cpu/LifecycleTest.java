package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory and files of an engine from its first start to its end. */
class LifecycleTest {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long MIB = 1 << 20;

  /** Anonymous memory of this process; 0 where the system does not tell. */
  private static long anonymousBytes() throws IOException {
    if (!Files.exists(STATUS)) {
      return 0;
    }
    return Files.readAllLines(STATUS).stream()
        .filter(line -> line.startsWith("RssAnon:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .sum();
  }

  @Test
  void leavesNothingBehind(@TempDir Path folder) throws IOException {
    Path model = RandomCheckpoint.tiny().heads(4, 4, 64).write(folder, 1);
    SplittableRandom random = new SplittableRandom(1);
    long settled = 0;
    for (int i = 0; i < 24; i++) {
      try (Engine engine = Engines.open(model, "f32", 8, 256, 2).engine()) {
        EngineDriver driver = new EngineDriver(engine);
        for (int slot = 0; slot < 8; slot++) {
          driver.append(slot, EngineDriver.tokens(random, 256, 97));
        }
      }
      if (i == 3) {
        settled = anonymousBytes();
      }
    }
    // An engine that leaked would leave at least its touched cache, 8 MiB, each of 20 times.
    assertThat(anonymousBytes() - settled).isLessThan(80 * MIB);
  }

  @Test
  void cacheCostsNothingUntilItIsUsed() throws IOException {
    long before = anonymousBytes();
    try (LoadedEngineHandle loaded =
        new LoadedEngineHandle(Engines.open(Engines.shippedModel(), "f32", 150, 2048, 1))) {
      assertThat(loaded.description())
          .contains("150 slots of 2048 tokens, KV cache up to 1801 MiB");
      assertThat(anonymousBytes() - before).isLessThan(400 * MIB);
    }
  }

  @Test
  void unpacksTheRuntimeOnce(@TempDir Path folder) throws IOException {
    Path libraries = Objects.requireNonNull(OnnxRuntime.unpack(folder));
    List<Path> files;
    try (Stream<Path> all = Files.list(libraries)) {
      files = all.toList();
    }
    assertThat(files).hasSize(2);
    for (Path file : files) {
      FileTime unpacked = Files.getLastModifiedTime(file);
      long size = Files.size(file);
      assertThat(OnnxRuntime.unpack(folder)).isEqualTo(libraries);
      assertThat(Files.getLastModifiedTime(file)).isEqualTo(unpacked);
      Files.write(file, new byte[10]);
      assertThat(OnnxRuntime.unpack(folder)).isEqualTo(libraries);
      assertThat(Files.size(file)).isEqualTo(size);
    }
    assertThat(OnnxRuntime.unpack(Files.writeString(folder.resolve("file"), ""))).isNull();
    assertThat(new CpuEngineProvider().availability().available()).isTrue();
  }

  /** Closes what it holds. */
  private record LoadedEngineHandle(LoadedEngine loaded) implements AutoCloseable {
    String description() {
      return loaded.description();
    }

    @Override
    public void close() {
      loaded.engine().close();
    }
  }

  /** The packed weights must be pages of the file, not a copy. */
  @Test
  void mapsItsWeights() throws IOException {
    Path maps = Path.of("/proc/self/smaps");
    try (Engine engine = Engines.open(Engines.shippedModel(), "f32", 1, 64, 1).engine()) {
      new EngineDriver(engine).append(0, 1, 2, 3);
      if (Files.exists(maps)) {
        long resident = 0;
        boolean ours = false;
        for (String line : Files.readAllLines(maps)) {
          if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
            ours = line.endsWith("model-0.data");
          } else if (ours && line.startsWith("Rss:")) {
            resident += Long.parseLong(line.replaceAll("\\D", "")) << 10;
          }
        }
        // 6.5 million floats.
        assertThat(resident).isGreaterThan(25 * MIB);
      }
    }
  }

  @Test
  void startsAgainFromWhatItKept(@TempDir Path folder) throws IOException {
    Path model = RandomCheckpoint.tiny().write(folder.resolve("model"), 1);
    List<String> first = open(model, folder.resolve("cache"));
    assertThat(first).singleElement().asString().startsWith("preparing the model as f32");
    assertThat(open(model, folder.resolve("cache"))).isEmpty();
  }

  private static List<String> open(Path model, Path cache) {
    List<String> progress = new ArrayList<>();
    LoadedEngine loaded =
        new CpuEngineProvider()
            .open(model, new EngineSettings("f32", 1, 64, 1, cache), progress::add);
    try (Engine engine = loaded.engine()) {
      assertThat(engine.shape().vocabulary()).isEqualTo(97);
    }
    assertThat(loaded.modelDigest()).matches("sha256:[0-9a-f]{64}");
    return progress;
  }

  @Test
  void worksWithoutACacheFolder(@TempDir Path folder) throws IOException {
    Path model = RandomCheckpoint.tiny().write(folder.resolve("model"), 1);
    Path inTheWay = Files.writeString(folder.resolve("cache"), "a file");
    assertThat(open(model, inTheWay))
        .hasSize(2)
        .first()
        .asString()
        .contains("cannot be written")
        .endsWith("the graph is made anew at each start");
  }

  @Test
  void saysWhatIsWrongWithAModel(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> open(folder, folder)).isInstanceOf(ModelFileException.class);
    Path oddHeads = RandomCheckpoint.tiny().heads(4, 2, 12).write(folder.resolve("odd"), 1);
    assertThatThrownBy(() -> open(oddHeads, folder.resolve("cache")))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessageContaining("OrtSession.run");
    try (Stream<Path> left = Files.list(folder.resolve("cache").resolve("cpu-graphs"))) {
      assertThat(left).noneMatch(path -> path.toString().endsWith(".part"));
    }
  }

  /** Tensors of a shape are kept for the next run of it, but not without end. */
  @Test
  void keepsBoundedlyManyShapes() {
    try (Engine engine = Engines.open(Engines.shippedModel(), "f32", 40, 64, 1).engine()) {
      EngineDriver driver = new EngineDriver(engine);
      float[] expected = driver.append(0, 7);
      for (int slot = 0; slot < 40; slot++) {
        for (int length = 1; length < 9; length++) {
          driver.truncate(slot, 0);
          driver.step().row(slot, LogitsMode.NONE, new int[length]).run();
        }
      }
      driver.truncate(0, 0);
      assertThat(driver.append(0, 7)).isEqualTo(expected);
      assertThat(((CpuEngine) engine).shapesKept()).isEqualTo(ForwardPass.SHAPES_KEPT);
    }
  }
}
