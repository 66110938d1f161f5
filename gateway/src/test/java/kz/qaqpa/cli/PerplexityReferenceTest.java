package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.fixture.EngineProviders;
import kz.qaqpa.testing.RandomCheckpoint;
import kz.qaqpa.testing.ReferenceForward;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figure that the CPU engine gives against the reference forward in plain doubles. */
class PerplexityReferenceTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");

  /** Allowed relative errors of nats per token; measured: 2e-8, 4e-5, 5e-4, 6e-3. */
  private static final Map<String, Double> ERRORS =
      Map.of("f32", 1e-6, "int8", 1e-3, "int8-fast", 3e-3, "int4", 2e-2);

  @TempDir Path folder;

  @Test
  void theShippedModel() {
    agree(SHIPPED, 8_192, ERRORS.keySet());
  }

  @Test
  void llama31ScaledDown() throws Exception {
    Path model = RandomCheckpoint.llama31ScaledDown().write(folder.resolve("model"), 5);
    agree(model, 512, ERRORS.keySet());
  }

  @Test
  void aTiedModelInHalfPrecision() throws Exception {
    RandomCheckpoint shape =
        RandomCheckpoint.tiny().vocabulary(300).tied(true).stored(DType.F16, 1);
    agree(shape.write(folder.resolve("model"), 6), 300, Set.of("f32"));
  }

  /** 320 tokens in windows of 64 and less, on 4 slots. */
  private void agree(Path model, int vocabulary, Set<String> precisions) {
    SplittableRandom random = new SplittableRandom(11);
    List<int[]> windows =
        Perplexity.windows(
            List.of(
                random.ints(250, 0, vocabulary).toArray(),
                random.ints(70, 0, vocabulary).toArray()),
            64);
    int bos;
    double expected = 0;
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      bos = checkpoint.config().bosTokenId().orElseThrow();
      ReferenceForward reference = ReferenceForward.of(checkpoint);
      for (int[] window : windows) {
        expected += nats(reference, bos, window);
      }
    }
    for (String precision : precisions) {
      Perplexity.Score score = score(model, precision, bos, windows);
      assertThat(score.tokens()).isEqualTo(320);
      assertThat(score.nats() / expected)
          .as(precision)
          .isCloseTo(1, within(Objects.requireNonNull(ERRORS.get(precision))));
    }
  }

  static double nats(ReferenceForward reference, int bos, int[] window) {
    int[] inputs = new int[window.length];
    inputs[0] = bos;
    System.arraycopy(window, 0, inputs, 1, window.length - 1);
    double[][] logits = reference.logits(inputs);
    double nats = 0;
    for (int t = 0; t < window.length; t++) {
      nats += ReferenceForward.logSumExp(logits[t]) - logits[t][window[t]];
    }
    return nats;
  }

  private Perplexity.Score score(Path model, String precision, int bos, List<int[]> windows) {
    EngineProvider cpu = EngineProviders.named("cpu");
    List<String> lines = new ArrayList<>();
    EngineSettings settings = new EngineSettings(precision, 4, 64, 1, folder.resolve("cache"));
    try (var engine = cpu.open(model, settings, lines::add).engine()) {
      return new Perplexity(engine, bos).score(windows);
    }
  }
}
