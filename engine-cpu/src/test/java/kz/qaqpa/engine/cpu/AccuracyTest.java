package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.RandomCheckpoint;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logits against the forward pass in doubles, with the checkpoint's own weights. The error of a row
 * is {@code max|logit - reference| / max|reference|}; each bound is about twice what was measured.
 */
class AccuracyTest {
  private static final double F32 = 1e-4;

  @ParameterizedTest
  @CsvSource({"f32, 1e-5", "int8, 0.05", "int8-fast, 0.05", "int4, 0.5"})
  void shippedModelWithinItsPrecision(String precision, double bound) {
    RandomGenerator random = new SplittableRandom(11);
    double error = error(Engines.shippedModel(), precision, random, 150, 6);
    assertThat(error).as("relative error in %s", precision).isLessThan(bound);
  }

  @Test
  void anyShapeInFloats(@TempDir Path folder) {
    Seeds.forRandom(
        TestSize.tries(8, 200),
        random -> {
          int kvHeads = 1 + random.nextInt(3);
          int heads = kvHeads * pick(random, 1, 2, 4);
          RandomCheckpoint shape =
              RandomCheckpoint.tiny()
                  .vocabulary(33 + random.nextInt(200))
                  .size(
                      1 + random.nextInt(3),
                      heads * (3 + random.nextInt(16)),
                      8 + random.nextInt(99))
                  .heads(heads, kvHeads, pick(random, 32, 64, 80, 128))
                  .rope(
                      256,
                      10_000,
                      pick(
                          random,
                          new RopeScaling.None(),
                          new RopeScaling.Linear(4),
                          new RopeScaling.Llama3(8, 1, 4, 32)))
                  .tied(random.nextBoolean())
                  .stored(pick(random, DType.BF16, DType.F16, DType.F32), 1 + random.nextInt(2));
          Path model = shape.write(folder.resolve("m" + random.nextLong()), random.nextLong());
          assertThat(error(model, "f32", random, 100, 4)).as("%s", shape).isLessThan(F32);
        });
  }

  @ParameterizedTest
  @CsvSource({"int8, 0.1", "int8-fast, 0.1", "int4, 1.0"})
  void anyShapeQuantised(String precision, double bound, @TempDir Path folder) {
    int[] widths = {64, 96, 128, 192, 704};
    Seeds.forRandom(
        TestSize.tries(3, 60),
        random -> {
          RandomCheckpoint shape =
              RandomCheckpoint.tiny()
                  .size(2, widths[random.nextInt(5)], widths[random.nextInt(5)])
                  .heads(4, 2, 32)
                  .tied(random.nextBoolean())
                  .stored(DType.BF16, 1);
          Path model = shape.write(folder.resolve("m" + random.nextLong()), random.nextLong());
          assertThat(error(model, precision, random, 80, 3)).as("%s", shape).isLessThan(bound);
        });
  }

  @Test
  void llama31ScaledDown(@TempDir Path folder) throws Exception {
    Path model = RandomCheckpoint.llama31ScaledDown().write(folder, 31);
    assertThat(error(model, "f32", new SplittableRandom(5), 300, 5)).isLessThan(F32);
    assertThat(error(model, "int8", new SplittableRandom(5), 300, 5)).isLessThan(0.1);
  }

  /** The largest error of: the last token of a prompt, and single tokens after it. */
  private static double error(
      Path model, String precision, RandomGenerator random, int prompt, int further) {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Engine engine = Engines.open(model, precision, 2, 0, 1).engine()) {
      int vocabulary = checkpoint.config().vocabulary();
      int[] tokens = EngineDriver.tokens(random, prompt + further, vocabulary);
      double[][] expected = ReferenceForward.of(checkpoint).logits(tokens, prompt - 1);
      EngineDriver driver = new EngineDriver(engine);
      double error = 0;
      int from = 0;
      for (int i = 0; i <= further; i++) {
        int[] next = Arrays.copyOfRange(tokens, from, prompt + i);
        from = prompt + i;
        StepResult result = driver.step().row(1, LogitsMode.FULL, next).run();
        float[] logits = new float[vocabulary];
        result.logits(0, logits);
        error = Math.max(error, error(logits, expected[i]));
        assertThat((double) result.logSumExp(0))
            .isCloseTo(ReferenceForward.logSumExp(widen(logits)), within(1e-4));
      }
      return error;
    }
  }

  private static double error(float[] logits, double[] expected) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - logits[i]));
    }
    return difference / largest;
  }

  @SafeVarargs
  private static <T> T pick(RandomGenerator random, T... options) {
    return options[random.nextInt(options.length)];
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
