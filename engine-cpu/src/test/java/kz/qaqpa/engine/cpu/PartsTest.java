package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.cpu.graph.GraphCache;
import kz.qaqpa.engine.cpu.graph.GraphKey;
import kz.qaqpa.engine.cpu.graph.Precision;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A model cut into parts computes what it computes as a whole. */
class PartsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"f32, true", "f32, false", "int8, true", "int8-fast, false", "int4, true"})
  void partsGiveTheBitsOfTheWhole(String precision, boolean tied) throws Exception {
    RandomCheckpoint shape = RandomCheckpoint.tiny().size(4, 128, 256).heads(4, 2, 32).tied(tied);
    Path model = shape.write(folder.resolve("model"), 1);
    List<float[]> whole = logits(model, precision, 1);
    for (int parts = 2; parts <= 4; parts++) {
      List<float[]> cut = logits(model, precision, parts);
      for (int i = 0; i < whole.size(); i++) {
        assertThat(cut.get(i)).as("%d parts, step %d", parts, i).isEqualTo(whole.get(i));
      }
    }
  }

  /** Prompts longer than a cell, single tokens alone and several at once. */
  private List<float[]> logits(Path model, String precision, int parts) throws Exception {
    List<float[]> all = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    try (Engine engine = open(model, precision, parts)) {
      EngineDriver driver = new EngineDriver(engine);
      for (int slot = 0; slot < 3; slot++) {
        all.add(driver.append(slot, EngineDriver.tokens(random, 50 + 30 * slot, 97)));
      }
      for (int step = 0; step < 4; step++) {
        for (int slot = 0; slot < 3; slot++) {
          all.add(driver.append(slot, random.nextInt(97)));
        }
      }
    }
    return all;
  }

  private Engine open(Path model, String precision, int parts) throws Exception {
    EngineSettings settings = new EngineSettings(precision, 3, 200, 2, folder.resolve("cache"));
    OrtEnvironment environment = OnnxRuntime.load(Engines.cacheFolder());
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Sizing sizing = Sizing.of(settings, checkpoint.config(), Machine.here());
      GraphKey key = new GraphKey("sha256:0", sizing.precision(), "1", "test", parts);
      GraphCache graphs = new GraphCache(environment, settings.cacheFolder(), line -> {});
      try (GraphCache.Entry graph = graphs.open(key, checkpoint)) {
        assertThat(graph.models()).hasSize(parts);
        ModelSessions sessions = ModelSessions.open(environment, graph.models(), 2);
        return CpuEngine.open(environment, sessions, checkpoint.config(), sizing);
      }
    }
  }

  @Test
  void aPartThatTheRuntimeRefusesIsItsError() throws Exception {
    OrtEnvironment environment = OnnxRuntime.load(Engines.cacheFolder());
    Path model = RandomCheckpoint.tiny().write(folder.resolve("model"), 1);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      GraphKey key = new GraphKey("sha256:0", Precision.F32, "1", "test", 2);
      GraphCache graphs = new GraphCache(environment, folder.resolve("cache"), line -> {});
      List<Path> models = graphs.open(key, checkpoint).models();
      Files.writeString(models.getLast(), "not a graph");
      assertThatThrownBy(() -> ModelSessions.open(environment, models, 1))
          .isInstanceOf(OrtException.class);
    }
  }

  /** More parts than openers: some have not begun when the thread is interrupted. */
  @Test
  void anInterruptIsNoFaultOfTheGraphs() throws Exception {
    OrtEnvironment environment = OnnxRuntime.load(Engines.cacheFolder());
    Path model = RandomCheckpoint.tiny().write(folder.resolve("model"), 1);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      GraphKey key = new GraphKey("sha256:0", Precision.F32, "1", "test", 1);
      GraphCache graphs = new GraphCache(environment, folder.resolve("cache"), line -> {});
      Path graph = graphs.open(key, checkpoint).models().getFirst();
      List<Path> many =
          Collections.nCopies(100 * Runtime.getRuntime().availableProcessors(), graph);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> ModelSessions.open(environment, many, 1))
          .isInstanceOf(EngineFault.Fatal.class)
          .hasMessage("interrupted while opening the model");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
