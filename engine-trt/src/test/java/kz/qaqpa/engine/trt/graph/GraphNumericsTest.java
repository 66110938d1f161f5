package kz.qaqpa.engine.trt.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.LlamaGraph.Form;
import kz.qaqpa.engine.trt.interpret.InterpretedModel;
import kz.qaqpa.engine.trt.interpret.InterpretedModel.Result;
import kz.qaqpa.engine.trt.interpret.RoundedWeights;
import kz.qaqpa.engine.trt.interpret.Value;
import kz.qaqpa.engine.trt.interpret.WeightValues;
import kz.qaqpa.testing.RandomCheckpoint;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the graph computes, by the interpreter, against the forward pass in doubles with the
 * checkpoint's own weights. Each bound is about twice what was measured.
 */
class GraphNumericsTest {
  /** "ЖСН неше саннан тұрады?" in the shipped model's chat format. */
  private static final int[] QUESTION = {
    8186, 8188, 1380, 681, 8189, 10, 10, 3074, 1703, 4933, 1438, 63, 8190, 8188, 97, 115, 115, 105,
    3455, 2448, 116, 8189, 10, 10
  };

  /** "ЖСН 12 саннан тұрады." and the end of the turn. */
  private static final int[] ANSWER = {3074, 32, 1523, 4933, 1438, 46, 8190};

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"F32, 1e-5", "BF16, 0.015", "FP8, 0.12"})
  void theShippedModel(Precision precision, double bound) {
    try (Checkpoint checkpoint = Checkpoint.open(Models.KAZ_MINI)) {
      int[] random =
          new SplittableRandom(3).ints(40, 0, checkpoint.config().vocabulary()).toArray();
      int[] taught = concat(QUESTION, ANSWER);
      double error =
          Accuracy.measure(
              new InterpretedModel(checkpoint, precision, 2, 64),
              ReferenceForward.of(checkpoint),
              new SplittableRandom(4),
              taught,
              random);
      report("kaz-mini " + precision, error);
      assertThat(error).isLessThan(bound);
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void theShippedModelAnswersWhatItWasTaught(Precision precision) {
    try (Checkpoint checkpoint = Checkpoint.open(Models.KAZ_MINI)) {
      InterpretedModel model = new InterpretedModel(checkpoint, precision, 1, 64);
      int[] answer = new int[ANSWER.length];
      Result result = model.step(0, QUESTION).getFirst();
      for (int i = 0; i < answer.length; i++) {
        answer[i] = best(result.logits());
        result = model.decode(new int[] {answer[i]}, new boolean[] {true}).getFirst();
      }
      assertThat(answer).containsExactly(ANSWER);
    }
  }

  @Test
  void anyShapeInFloats() {
    Seeds.forRandom(
        TestSize.tries(10, 200),
        random -> assertThat(error(anyShape(random), Precision.F32, random)).isLessThan(1e-5));
  }

  /** Against the rounded weights, so that what is measured are the graph's roundings alone. */
  @ParameterizedTest
  @EnumSource(names = {"BF16", "FP8"})
  void anyShapeInNarrowFormats(Precision precision) {
    double[] worst = {0};
    Seeds.forRandom(
        TestSize.tries(8, 200),
        random -> {
          Path model =
              anyShape(random).write(folder.resolve("m" + random.nextLong()), random.nextLong());
          try (Checkpoint checkpoint = Checkpoint.open(model)) {
            Graph graph = LlamaGraph.build(checkpoint.config(), precision, Form.RAGGED, 50);
            ReferenceForward reference = RoundedWeights.reference(graph, checkpoint);
            double error = error(checkpoint, precision, reference, random);
            worst[0] = Math.max(worst[0], error);
            assertThat(error).isLessThan(0.1);
          }
        });
    report("random shapes, rounded weights, " + precision, worst[0]);
  }

  @ParameterizedTest
  @CsvSource({"F32, 1e-5", "BF16, 0.03", "FP8, 0.3"})
  void llama31ScaledDown(Precision precision, double bound) throws IOException {
    RandomGenerator random = new SplittableRandom(31);
    double error = error(RandomCheckpoint.llama31ScaledDown(), precision, random);
    report("8B at a sixteenth " + precision, error);
    assertThat(error).isLessThan(bound);
  }

  private double error(RandomCheckpoint shape, Precision precision, RandomGenerator random)
      throws IOException {
    Path model = shape.write(folder.resolve("m" + random.nextLong()), random.nextLong());
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return error(checkpoint, precision, ReferenceForward.of(checkpoint), random);
    }
  }

  private static double error(
      Checkpoint checkpoint,
      Precision precision,
      ReferenceForward reference,
      RandomGenerator random) {
    int slots = 1 + random.nextInt(4);
    int[][] texts = new int[slots][];
    Arrays.setAll(texts, slot -> text(checkpoint, random));
    InterpretedModel model = new InterpretedModel(checkpoint, precision, slots, 50);
    return Accuracy.measure(model, reference, random, texts);
  }

  private static RandomCheckpoint anyShape(RandomGenerator random) {
    int kvHeads = 1 + random.nextInt(3);
    int heads = kvHeads * pick(random, 1, 2, 4);
    return RandomCheckpoint.tiny()
        .vocabulary(33 + random.nextInt(200))
        .size(1 + random.nextInt(3), heads * (3 + random.nextInt(16)), 8 + random.nextInt(99))
        .heads(heads, kvHeads, pick(random, 16, 32, 64, 80))
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
  }

  private static int[] text(Checkpoint checkpoint, RandomGenerator random) {
    return random.ints(1 + random.nextInt(40), 0, checkpoint.config().vocabulary()).toArray();
  }

  /** A BF16 logit has 8 bits: with all of them equal, only the ids decide. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void ofEqualLogitsTheLowestIdsAreCandidates(Precision precision) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 1))) {
      LlamaConfig config = checkpoint.config();
      Graph graph = LlamaGraph.build(config, precision, Form.RAGGED, 8);
      Map<String, Value> weights = new HashMap<>(WeightValues.read(graph, checkpoint));
      weights.put(
          "head.weight",
          Value.of(precision.activations(), 0, config.vocabulary(), config.hidden()));
      InterpretedModel model = new InterpretedModel(config, precision, 1, 8, weights);

      Result result = model.step(0, new int[] {1, 2}).getFirst();

      assertThat(result.logits()).containsOnly(0);
      Accuracy.checkCandidates(result);
      assertThat(Arrays.stream(result.topIds()).max()).hasValue(63);
    }
  }

  @Test
  void aRowsResultsDoNotDependOnTheOthers() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 2))) {
      InterpretedModel alone = new InterpretedModel(checkpoint, Precision.BF16, 1, 32);
      InterpretedModel together = new InterpretedModel(checkpoint, Precision.BF16, 3, 32);
      int[] text = {5, 6, 7, 8, 9};

      float[] expected = alone.step(0, text).getFirst().logits();
      List<Result> results = together.step(2, new int[] {1, 2}, text, new int[] {3});

      assertThat(results.get(1).logits()).containsExactly(expected);
    }
  }

  @Test
  void bothFormsGiveTheSameBits() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 3))) {
      InterpretedModel ragged = new InterpretedModel(checkpoint, Precision.BF16, 2, 32);
      InterpretedModel decode = new InterpretedModel(checkpoint, Precision.BF16, 2, 32);
      for (InterpretedModel model : List.of(ragged, decode)) {
        model.step(0, new int[] {1, 2, 3}, new int[] {4});
      }

      List<Result> first = ragged.step(1, new int[] {5}, new int[] {6});
      List<Result> second = decode.decode(new int[] {5, 6}, new boolean[] {true, true});

      for (int slot = 0; slot < 2; slot++) {
        assertThat(first.get(slot).logits()).containsExactly(second.get(slot).logits());
      }
      assertThat(ragged.cacheContents()).containsExactly(decode.cacheContents());
    }
  }

  /** Not one byte of a slot that is left out, and one entry of a spare row. */
  @Test
  void otherSlotsKeepWhatTheyHold() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 4))) {
      int capacity = 16;
      InterpretedModel model = new InterpretedModel(checkpoint, Precision.BF16, 3, capacity);
      model.step(0, new int[] {1, 2, 3}, new int[] {4, 5}, new int[] {6});
      float[] before = model.cacheContents();

      model.step(2, new int[] {7}, new int[0], new int[0]);
      assertThat(changed(before, model.cacheContents(), checkpoint, 3, capacity))
          .containsOnly("slot 0 position 3");

      before = model.cacheContents();
      model.decode(new int[] {8, 9, 10}, new boolean[] {false, true, false});
      assertThat(changed(before, model.cacheContents(), checkpoint, 3, capacity))
          .containsOnly("slot 0 position 4", "slot 1 position 2", "slot 2 position 1");
    }
  }

  private static List<String> changed(
      float[] before, float[] after, Checkpoint checkpoint, int slots, int capacity) {
    LlamaConfig config = checkpoint.config();
    return IntStream.range(0, before.length)
        .filter(i -> Float.floatToRawIntBits(before[i]) != Float.floatToRawIntBits(after[i]))
        .mapToObj(i -> {
          int entry = i / config.headDim();
          int slot = entry / capacity / config.kvHeads() % slots;
          return "slot " + slot + " position " + entry % capacity;
        })
        .distinct()
        .toList();
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }

  private static int[] concat(int[] first, int[] second) {
    int[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  /** Into the log of the build: these are the figures that the documentation states. */
  private static void report(String what, double error) {
    System.out.printf("largest relative logit error, %s: %.2g%n", what, error);
  }

  @SafeVarargs
  private static <T> T pick(RandomGenerator random, T... options) {
    return options[random.nextInt(options.length)];
  }
}
