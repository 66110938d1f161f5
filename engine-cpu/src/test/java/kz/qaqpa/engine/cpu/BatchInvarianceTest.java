package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.testing.Company;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A row's logits are the same bits whatever runs beside it, on every precision. */
class BatchInvarianceTest {
  private static final int SLOTS = 33;
  private static final int LENGTH = 600;

  @ParameterizedTest
  @CsvSource({"f32, 1", "f32, 2", "int8, 1", "int8, 2", "int8-fast, 2", "int4, 1"})
  void everyBatchSizeGivesTheSameBits(String precision, int threads) {
    RandomGenerator random = new SplittableRandom(7);
    try (Engine engine =
        Engines.open(Engines.shippedModel(), precision, SLOTS, LENGTH, threads).engine()) {
      EngineDriver driver = new EngineDriver(engine);
      int vocabulary = engine.shape().vocabulary();
      int[] lengths = {150, 64, 65, 1, 511, 20};
      for (int slot = 0; slot < SLOTS; slot++) {
        driver.append(
            slot, EngineDriver.tokens(random, lengths[slot % lengths.length], vocabulary));
      }
      int[] tokens = EngineDriver.tokens(random, SLOTS, vocabulary);
      float[][] alone = new float[SLOTS][];
      for (int slot = 0; slot < SLOTS; slot++) {
        alone[slot] = driver.append(slot, tokens[slot]);
        assertThat(alone[slot][0]).isFinite();
        driver.truncate(slot, lengths[slot % lengths.length]);
      }
      for (int batch = 2; batch <= SLOTS; batch += TestSize.isLong() || batch < 6 ? 1 : 5) {
        checkBatch(driver, SLOTS - batch, batch, tokens, alone);
      }
    }
  }

  private static void checkBatch(
      EngineDriver driver, int first, int batch, int[] tokens, float[][] alone) {
    int[] before = driver.length.clone();
    driver.step();
    for (int slot = first; slot < first + batch; slot++) {
      driver.row(slot, LogitsMode.FULL, tokens[slot]);
    }
    StepResult result = driver.run();
    float[] logits = new float[driver.engine.shape().vocabulary()];
    for (int row = 0; row < batch; row++) {
      result.logits(row, logits);
      assertThat(Arrays.equals(logits, alone[first + row]))
          .as("slot %d in a batch of %d", first + row, batch)
          .isTrue();
    }
    System.arraycopy(before, 0, driver.length, 0, before.length);
  }

  @ParameterizedTest
  @CsvSource({"f32, 2", "int8, 1", "int8-fast, 2", "int4, 1"})
  void tokensOfASequenceDoNotDependOnItsCompany(String precision, int threads) {
    try (Engine engine =
        Engines.open(Engines.shippedModel(), precision, 9, 300, threads).engine()) {
      Seeds.forRandom(
          TestSize.tries(2, 100), random -> new Company(engine, random, 24).checkAgainstAlone());
    }
  }
}
