package kz.qaqpa.engine.trt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.trt.interpret.InterpretedModel;
import kz.qaqpa.engine.trt.interpret.InterpretedModel.Result;
import kz.qaqpa.testing.ReferenceForward;

/**
 * Runs random schedules of random texts: ragged steps with chunks of prompts, single tokens, slots
 * left out and tokens of no row, and decode steps with spare rows. Collects the largest error of a
 * row's logits, {@code max|logit - reference| / max|reference|}.
 */
final class Accuracy {
  private static final int CHUNK = 9;

  private final InterpretedModel model;
  private final RandomGenerator random;
  private final List<int[]> texts = new ArrayList<>();
  private final List<double[][]> expected = new ArrayList<>();
  private double error;

  private Accuracy(
      InterpretedModel model, ReferenceForward reference, RandomGenerator random, int[]... texts) {
    this.model = model;
    this.random = random;
    for (int[] text : texts) {
      this.texts.add(text);
      expected.add(reference.logits(text));
    }
  }

  /** The largest error while each slot reads its text; slots need one entry more than that. */
  static double measure(
      InterpretedModel model, ReferenceForward reference, RandomGenerator random, int[]... texts) {
    Accuracy accuracy = new Accuracy(model, reference, random, texts);
    while (IntStream.range(0, texts.length).anyMatch(slot -> accuracy.left(slot) > 0)) {
      if (random.nextInt(3) == 0) {
        accuracy.decode();
      } else {
        accuracy.ragged();
      }
    }
    return accuracy.error;
  }

  private int left(int slot) {
    return texts.get(slot).length - model.length(slot);
  }

  private void ragged() {
    int[][] rows = new int[texts.size()][];
    for (int slot = 0; slot < rows.length; slot++) {
      int from = model.length(slot);
      int count = random.nextInt(Math.min(left(slot), CHUNK) + 1);
      rows[slot] = Arrays.copyOfRange(texts.get(slot), from, from + count);
    }
    if (Arrays.stream(rows).mapToInt(row -> row.length).sum() == 0) {
      return;
    }
    List<Result> results = model.step(random.nextInt(3), rows);
    for (int slot = 0; slot < rows.length; slot++) {
      if (rows[slot].length > 0) {
        check(slot, results.get(slot));
      }
    }
  }

  private void decode() {
    int[] tokens = new int[texts.size()];
    boolean[] counts = new boolean[tokens.length];
    for (int slot = 0; slot < tokens.length; slot++) {
      counts[slot] = left(slot) > 0 && random.nextInt(4) > 0;
      tokens[slot] = counts[slot] ? texts.get(slot)[model.length(slot)] : 0;
    }
    List<Result> results = model.decode(tokens, counts);
    for (int slot = 0; slot < tokens.length; slot++) {
      if (counts[slot]) {
        check(slot, results.get(slot));
      }
    }
  }

  private void check(int slot, Result result) {
    double[] reference = expected.get(slot)[model.length(slot) - 1];
    error = Math.max(error, error(result.logits(), reference));
    checkCandidates(result);
  }

  static double error(float[] logits, double[] reference) {
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < reference.length; i++) {
      largest = Math.max(largest, Math.abs(reference[i]));
      difference = Math.max(difference, Math.abs(reference[i] - logits[i]));
    }
    return difference / largest;
  }

  /** They are what a sort of all logits gives, equal ones by id; but in any order. */
  static void checkCandidates(Result result) {
    float[] logits = result.logits();
    int[] best =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer id) -> -logits[id])
                    .thenComparing(Comparator.naturalOrder()))
            .limit(StepResult.CANDIDATES)
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(result.topIds()).containsExactlyInAnyOrder(best);
    for (int i = 0; i < best.length; i++) {
      assertThat(result.topLogits()[i]).isEqualTo(logits[result.topIds()[i]]);
    }
    double[] wide = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    assertThat((double) result.logSumExp())
        .isCloseTo(ReferenceForward.logSumExp(wide), within(1e-5));
  }
}
