package kz.qaqpa.batching.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.fixture.VllmGoldens;
import kz.qaqpa.batching.fixture.VllmGoldens.Golden;
import kz.qaqpa.batching.mark.GumbelMark;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Drawing by the watermark's noise against its definition, and against vLLM's answers. */
class MarkedSamplingTest {
  private static final SamplingParams PLAIN = new SamplingParams(1, 0, 1, 0, 1, 0, 0, 1, -1);

  /** Two sums of score and noise closer than this may change places: logits are floats. */
  private static final double ROUNDING = 1e-5;

  static Marking after(Watermark watermark, int... output) {
    Marking marking = watermark.begin(output.length);
    for (int length = 1; length <= output.length; length++) {
      marking.append(output, length);
    }
    return marking;
  }

  @Test
  void answersOfVllmComeOutTokenByToken() {
    for (Golden golden : List.of(VllmGoldens.EVEN, VllmGoldens.REPEATING)) {
      SamplingParams params = PLAIN.withWatermark(Watermark.compatible(VllmGoldens.KEY));
      Sampler sampler = new Sampler(golden.vocabulary());
      Marking marking = Objects.requireNonNull(Sampler.marking(params, 64));
      int[] output = new int[golden.tokens().length];
      for (int i = 0; i < output.length; i++) {
        FakeResult result = FakeResult.of(LogitsMode.FULL, golden.logits(i));
        output[i] = sampler.sample(params, null, marking, LogitsMode.FULL, result, 0, i);
        marking.append(output, i + 1);
      }
      assertThat(output).containsExactly(golden.tokens());
    }
  }

  @Test
  void theHighestSumOfScoreAndNoiseWinsAmongWhatTheFiltersKeep() {
    Seeds.forRandom(
        TestSize.tries(20_000, 500_000),
        random -> {
          float[] logits = logits(random, 20 + random.nextInt(600));
          SamplingParams params = params(random, logits.length);
          TokenCounts counts = counts(params, random, logits.length);
          int[] context = random.ints(4, 0, logits.length).toArray();
          Marking marking = after(Objects.requireNonNull(params.watermark()), context);
          int token =
              new Sampler(logits.length)
                  .sample(
                      params,
                      counts,
                      marking,
                      LogitsMode.FULL,
                      FakeResult.of(LogitsMode.FULL, logits),
                      0,
                      4);

          Definition definition = new Definition(params, counts, logits);
          double[] sums = definition.sums(marking);
          double best =
              IntStream.range(0, logits.length)
                  .filter(id -> definition.kept[id] == Kept.YES)
                  .mapToDouble(id -> sums[id])
                  .max()
                  .orElseThrow();
          assertThat(definition.kept[token]).isNotEqualTo(Kept.NO);
          assertThat(sums[token]).isGreaterThan(best - ROUNDING);
        });
  }

  private enum Kept {
    YES,
    NO,
    /** So close to the cut that rounding decides. */
    PERHAPS
  }

  /** Everything sorted, in doubles. */
  private static final class Definition {
    final double[] scores; // the best has 0
    final Kept[] kept;

    Definition(SamplingParams params, @Nullable TokenCounts counts, float[] logits) {
      scores = new double[logits.length];
      kept = new Kept[logits.length];
      Arrays.fill(kept, Kept.NO);
      for (int id = 0; id < logits.length; id++) {
        scores[id] = score(params, counts, logits[id], id) / params.temperature();
      }
      double best = Arrays.stream(scores).max().orElseThrow();
      Arrays.setAll(scores, id -> scores[id] - best);
      List<Integer> ranked =
          IntStream.range(0, logits.length)
              .boxed()
              .sorted(Comparator.<Integer>comparingDouble(id -> -scores[id]))
              .toList();
      int topK = params.topK() == 0 ? logits.length : Math.min(params.topK(), logits.length);
      double total = ranked.stream().limit(topK).mapToDouble(id -> Math.exp(scores[id])).sum();
      double before = 0;
      for (int place = 0; place < logits.length && !isPastCut(ranked, place, topK); place++) {
        int id = ranked.get(place);
        double share = before / total;
        double weight = Math.exp(scores[id]);
        if (params.topP() == 1 || share < params.topP() + 1e-6) {
          boolean near =
              (params.topP() < 1 && share > params.topP() - 1e-6)
                  || Math.abs(weight - params.minP()) < 1e-6
                  || isNearCut(ranked, place, topK);
          kept[id] = weight < params.minP() - 1e-6 ? Kept.NO : near ? Kept.PERHAPS : Kept.YES;
        }
        before += weight;
      }
    }

    /** Scores are floats in one way and doubles in the other: at the cut of top-k they may tie. */
    private boolean isNearCut(List<Integer> ranked, int place, int topK) {
      return topK < ranked.size()
          && (place < topK
              ? scores[ranked.get(place)] - scores[ranked.get(topK)] < 1e-6
              : scores[ranked.get(topK - 1)] - scores[ranked.get(place)] < 1e-6);
    }

    private boolean isPastCut(List<Integer> ranked, int place, int topK) {
      return place >= topK && !isNearCut(ranked, place, topK);
    }

    private static double score(
        SamplingParams params, @Nullable TokenCounts counts, float logit, int id) {
      if (params.mask() != null && params.mask().contains(id)) {
        return Double.NEGATIVE_INFINITY;
      }
      double score = (double) logit + params.logitBias().biasOf(id);
      int outputs = counts == null ? -1 : counts.outputs(id);
      if (outputs < 0) {
        return score;
      }
      double repeated =
          score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
      return repeated
          - outputs * params.frequencyPenalty()
          - (outputs > 0 ? params.presencePenalty() : 0);
    }

    double[] sums(Marking marking) {
      GumbelMark noise = new GumbelMark();
      marking.set(noise);
      return IntStream.range(0, scores.length)
          .mapToDouble(id -> scores[id] + GumbelMark.gumbel(noise.word(id)))
          .toArray();
    }
  }

  private static float[] logits(RandomGenerator random, int vocabulary) {
    double spread = 0.2 + random.nextDouble() * 6;
    float[] logits = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (random.nextGaussian() * spread);
    }
    return logits;
  }

  private static SamplingParams params(RandomGenerator random, int vocabulary) {
    boolean penalties = random.nextInt(4) == 0;
    return new SamplingParams(
        0.1 + random.nextDouble() * 1.9,
        random.nextBoolean() ? 0 : 1 + random.nextInt(150),
        random.nextBoolean() ? 1 : 0.05 + 0.95 * random.nextDouble(),
        random.nextInt(3) > 0 ? 0 : random.nextDouble() * 0.5,
        penalties ? 0.5 + random.nextDouble() : 1,
        penalties ? random.nextDouble() * 2 - 1 : 0,
        penalties ? random.nextDouble() * 2 - 1 : 0,
        random.nextLong(),
        -1,
        random.nextInt(4) > 0
            ? LogitBias.NONE
            : LogitBias.of(
                random
                    .ints(10, 0, vocabulary)
                    .boxed()
                    .distinct()
                    .collect(Collectors.toMap(id -> id, id -> random.nextFloat() * 6 - 4))),
        random.nextInt(3) > 0
            ? null
            : TokenMask.of(vocabulary, random.ints(9, 0, vocabulary - 1).toArray()),
        Watermark.serving(random.longs(Watermark.SUB_KEYS).toArray(), random.nextLong()));
  }

  private static @Nullable TokenCounts counts(
      SamplingParams params, RandomGenerator random, int vocabulary) {
    if (!Sampler.hasPenalties(params)) {
      return null;
    }
    TokenCounts counts = TokenCounts.of(params, random.ints(20, 0, vocabulary).toArray());
    random.ints(random.nextInt(60), 0, vocabulary).forEach(counts::addOutput);
    return counts;
  }

  @Test
  void theTokenDoesNotDependOnWhatTheEngineReports() {
    Seeds.forRandom(
        TestSize.tries(5_000, 100_000),
        random -> {
          float[] logits = logits(random, 200);
          SamplingParams params = params(random, 200);
          TokenCounts counts = counts(params, random, 200);
          Marking marking = after(Objects.requireNonNull(params.watermark()), 1, 2, 3, 4);
          Sampler sampler = new Sampler(200);
          LogitsMode mode = Sampler.logitsMode(params, counts);
          int asked =
              sampler.sample(params, counts, marking, mode, FakeResult.of(mode, logits), 0, 4);
          int full =
              sampler.sample(
                  params,
                  counts,
                  marking,
                  LogitsMode.FULL,
                  FakeResult.of(LogitsMode.FULL, logits),
                  0,
                  4);
          assertThat(asked).isIn(full, Sampler.UNDECIDED);
        });
  }

  @Test
  void tokensThatAreNotMarkedAreThoseOfTheSeed() {
    Seeds.forRandom(
        TestSize.tries(2_000, 50_000),
        random -> {
          float[] logits = logits(random, 150);
          SamplingParams params = params(random, 150);
          TokenCounts counts = counts(params, random, 150);
          FakeResult result = FakeResult.of(LogitsMode.FULL, logits);
          // The fourth context is the third again.
          int[] output = {9, 9, 9, 9, 9};
          int length = random.nextBoolean() ? random.nextInt(4) : 5;
          Marking marking =
              after(Objects.requireNonNull(params.watermark()), Arrays.copyOf(output, length));
          Sampler sampler = new Sampler(150);
          assertThat(sampler.sample(params, counts, marking, LogitsMode.FULL, result, 0, length))
              .isEqualTo(
                  sampler.sample(
                      params.withWatermark(null),
                      counts,
                      null,
                      LogitsMode.FULL,
                      result,
                      0,
                      length));
        });
  }

  @Test
  void greedyAnswersHaveNoWatermark() {
    SamplingParams greedy = SamplingParams.greedy().withWatermark(Watermark.compatible(1));
    assertThat(Sampler.marking(greedy, 10)).isNull();
    assertThat(Sampler.marking(PLAIN, 10)).isNull();
  }

  @Test
  void aTinyTemperatureIsGreedyAndLogitsThatAreNoNumbersGiveSomeToken() {
    float[] peaked = {1, 3e38f, -3e38f, 2, 3};
    float[] none = new float[300];
    Arrays.fill(none, Float.NaN);
    Watermark watermark = Watermark.compatible(1);
    for (double temperature : new double[] {Double.MIN_VALUE, 1e-300, 1e-9, 1}) {
      for (double topP : new double[] {0.5, 1}) {
        for (int topK : new int[] {0, 3, 100}) {
          SamplingParams params =
              new SamplingParams(temperature, topK, topP, 0, 1, 0, 0, 1, -1)
                  .withWatermark(watermark);
          assertThat(one(params, peaked)).isEqualTo(1);
          assertThat(one(params, none)).isBetween(0, 299);
          assertThat(one(params.withLogitBias(LogitBias.of(Map.of(1, 1f))), none))
              .isBetween(0, 299);
        }
      }
    }
  }

  private static int one(SamplingParams params, float[] logits) {
    FakeResult result = FakeResult.of(LogitsMode.FULL, logits);
    return new Sampler(logits.length)
        .sample(
            params,
            null,
            after(Objects.requireNonNull(params.watermark())),
            LogitsMode.FULL,
            result,
            0,
            0);
  }
}
