package kz.qaqpa.batching.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.fixture.ChiSquare;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final SamplingParams GREEDY = SamplingParams.greedy();

  private static SamplingParams params(double temperature, int topK, double topP, double minP) {
    return new SamplingParams(temperature, topK, topP, minP, 1, 0, 0, 1, -1);
  }

  private static float[] logits(RandomGenerator random, int vocabulary, double spread) {
    float[] logits = new float[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (random.nextGaussian() * spread);
    }
    return logits;
  }

  private static FakeResult result(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits) {
    return FakeResult.of(Sampler.logitsMode(params, counts), logits);
  }

  /** The distribution by definition: everything sorted, in doubles. */
  static double[] reference(SamplingParams params, @Nullable TokenCounts counts, float[] logits) {
    double[] scores = new double[logits.length];
    for (int id = 0; id < logits.length; id++) {
      double score = logits[id];
      int outputs = counts == null ? -1 : counts.outputs(id);
      if (outputs >= 0) {
        score = score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
        score -= outputs * params.frequencyPenalty();
        score -= outputs > 0 ? params.presencePenalty() : 0;
      }
      scores[id] = (float) score / params.temperature(); // Floats, as the sampler has it.
    }
    List<Integer> ranked =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(id -> -scores[id]))
            .toList();
    int kept = params.topK() == 0 ? logits.length : Math.min(params.topK(), logits.length);
    double best = scores[ranked.getFirst()];
    double total = 0;
    for (int i = 0; i < kept; i++) {
      total += Math.exp(scores[ranked.get(i)] - best);
    }
    double mass = 0;
    int nucleus = 0;
    while (nucleus < kept && (params.topP() == 1 || mass < params.topP() * total)) {
      mass += Math.exp(scores[ranked.get(nucleus++)] - best);
    }
    double[] probabilities = new double[logits.length];
    for (int i = 0; i < nucleus; i++) {
      double weight = Math.exp(scores[ranked.get(i)] - best);
      probabilities[ranked.get(i)] = weight >= params.minP() ? weight : 0;
    }
    double sum = Arrays.stream(probabilities).sum();
    return Arrays.stream(probabilities).map(p -> p / sum).toArray();
  }

  private static void assertDistribution(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits, int draws) {
    Sampler sampler = new Sampler(logits.length);
    LogitsMode mode = Sampler.logitsMode(params, counts);
    FakeResult result = FakeResult.of(mode, logits);
    double[] expected = reference(params, counts, logits);
    int[] seen = new int[logits.length];
    for (int i = 0; i < draws; i++) {
      seen[
          sampler.sample(
              params.withSeed(i),
              counts,
              null,
              Sampler.logitsMode(params, counts),
              result,
              0,
              i % 7)]++;
    }
    assertThat(ChiSquare.distance(expected, seen)).as("%s", params).isLessThan(1);
  }

  @Test
  void drawsFollowTheDistributionWhateverTheFilters() {
    Seeds.forRandom(
        TestSize.tries(60, 1_000),
        random -> {
          double spread = 0.3 + random.nextDouble() * 3;
          float[] logits = logits(random, 40 + random.nextInt(160), spread);
          SamplingParams params =
              params(
                  0.2 + random.nextDouble() * 1.3,
                  random.nextBoolean() ? 0 : 1 + random.nextInt(100),
                  random.nextBoolean() ? 1 : 0.1 + 0.9 * random.nextDouble(),
                  random.nextInt(3) > 0 ? 0 : random.nextDouble() * 0.5);
          assertDistribution(params, null, logits, 8_000);
        });
  }

  @Test
  void drawsWithPenaltiesFollowTheDistribution() {
    Seeds.forRandom(
        TestSize.tries(30, 500),
        random -> {
          float[] logits = logits(random, 150, 2);
          SamplingParams params =
              new SamplingParams(
                  0.3 + random.nextDouble(),
                  random.nextBoolean() ? 0 : 1 + random.nextInt(80),
                  random.nextBoolean() ? 1 : 0.5,
                  0,
                  0.5 + random.nextDouble() * 1.5,
                  random.nextDouble() * 2 - 1,
                  random.nextDouble() * 2 - 1,
                  0,
                  -1);
          TokenCounts counts = TokenCounts.of(params, random.ints(20, 0, 150).toArray());
          random.ints(30, 0, 150).forEach(counts::addOutput);
          assertDistribution(params, counts, logits, 6_000);
        });
  }

  @Test
  void greedyTakesTheBestOfTheWholeVocabularyUnderAnyPenalty() {
    Seeds.forRandom(
        TestSize.tries(2_000, 50_000),
        random -> {
          float[] logits = logits(random, 150, 1);
          if (random.nextBoolean()) { // Ties.
            for (int i = 0; i < logits.length; i++) {
              logits[i] = Math.round(logits[i]);
            }
          }
          SamplingParams params =
              new SamplingParams(
                  0,
                  0,
                  1,
                  0,
                  random.nextBoolean() ? 1 : 0.5 + random.nextInt(4) * 0.5,
                  random.nextInt(4) - 1,
                  random.nextInt(4) - 1,
                  0,
                  -1);
          TokenCounts counts =
              TokenCounts.of(params, random.ints(random.nextInt(80), 0, 150).toArray());
          random.ints(random.nextInt(80), 0, 150).forEach(counts::addOutput);

          int token =
              new Sampler(150)
                  .sample(
                      params,
                      counts,
                      null,
                      Sampler.logitsMode(params, counts),
                      result(params, counts, logits),
                      0,
                      0);

          int best = 0;
          double[] scores = new double[150];
          for (int id = 0; id < 150; id++) {
            double score = logits[id];
            int outputs = counts.outputs(id);
            if (outputs >= 0) {
              score =
                  score > 0
                      ? score / params.repetitionPenalty()
                      : score * params.repetitionPenalty();
              score -= outputs * params.frequencyPenalty();
              score -= outputs > 0 ? params.presencePenalty() : 0;
            }
            scores[id] = (float) score; // As the sampler rounds: ties are ties.
            best = scores[id] > scores[best] ? id : best;
          }
          assertThat(token).isEqualTo(best);
        });
  }

  @Test
  void asksForAllLogitsOnlyWhereCandidatesCannotDecide() {
    assertThat(Sampler.logitsMode(GREEDY, null)).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(Sampler.logitsMode(params(1, 64, 0.5, 0.1), null)).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(Sampler.logitsMode(params(1, 65, 1, 0), null)).isEqualTo(LogitsMode.FULL);
    assertThat(Sampler.logitsMode(params(1, 0, 1, 0), null)).isEqualTo(LogitsMode.FULL);

    SamplingParams lowering = new SamplingParams(0, 0, 1, 0, 1, 0.5, 0, 0, -1);
    TokenCounts counts = TokenCounts.of(lowering, new int[0]);
    IntStream.range(0, 63).forEach(counts::addOutput);
    assertThat(Sampler.logitsMode(lowering, counts)).isEqualTo(LogitsMode.CANDIDATES);
    counts.addOutput(63);
    assertThat(Sampler.logitsMode(lowering, counts)).isEqualTo(LogitsMode.FULL);

    SamplingParams raising = new SamplingParams(0, 0, 1, 0, 1, -0.5, 0, 0, -1);
    assertThat(Sampler.logitsMode(raising, TokenCounts.of(raising, new int[0])))
        .isEqualTo(LogitsMode.FULL);
  }

  @Test
  void theSameSeedAndIndexGiveTheSameTokenFromAnySampler() {
    Seeds.forRandom(
        TestSize.tries(500, 10_000),
        random -> {
          float[] logits = logits(random, 120, 1);
          SamplingParams params = params(1.1, 0, 0.9, 0).withSeed(random.nextLong());
          int index = random.nextInt(1000);
          Sampler used = new Sampler(120);
          used.sample(
              params,
              null,
              null,
              Sampler.logitsMode(params, null),
              result(params, null, logits(random, 120, 3)),
              0,
              5);

          assertThat(
                  used.sample(
                      params,
                      null,
                      null,
                      Sampler.logitsMode(params, null),
                      result(params, null, logits),
                      0,
                      index))
              .isEqualTo(
                  new Sampler(120)
                      .sample(
                          params,
                          null,
                          null,
                          Sampler.logitsMode(params, null),
                          result(params, null, logits),
                          0,
                          index));
        });
  }

  @Test
  void uniformDrawsAreEvenAndDifferBySeedAndIndex() {
    int[] buckets = new int[64];
    for (int seed = 0; seed < 64; seed++) {
      for (int index = 0; index < 1000; index++) {
        buckets[(int) (Sampler.uniform(seed, index) * 64)]++;
      }
    }
    double chi = Arrays.stream(buckets).mapToDouble(b -> (b - 1000) * (b - 1000) / 1000.0).sum();
    assertThat(chi).isBetween(20.0, 130.0);
    assertThat(Sampler.uniform(1, 2)).isNotEqualTo(Sampler.uniform(2, 1));
  }

  @Test
  void aTinyTemperatureIsGreedyAndNothingOverflows() {
    float[] logits = {1, 3e38f, -3e38f, 2, 3};
    for (double temperature : new double[] {Double.MIN_VALUE, 1e-300, 1e-9, 1}) {
      SamplingParams params = params(temperature, 0, 1, 0);
      assertThat(
              new Sampler(5)
                  .sample(
                      params,
                      null,
                      null,
                      Sampler.logitsMode(params, null),
                      result(params, null, logits),
                      0,
                      0))
          .isEqualTo(1);
    }
  }

  @Test
  void logitsThatAreNoNumbersGiveSomeTokenAndNoException() {
    float[] logits = new float[100];
    Arrays.fill(logits, Float.NaN);
    for (SamplingParams params :
        List.of(GREEDY, params(0.7, 0, 1, 0), params(0.7, 0, 0.5, 0.1), params(1.5, 5, 0.9, 0))) {
      assertThat(
              new Sampler(100)
                  .sample(
                      params,
                      null,
                      null,
                      Sampler.logitsMode(params, null),
                      result(params, null, logits),
                      0,
                      0))
          .isBetween(0, 99);
    }
  }

  @Test
  void logprobsAreOfTheRawDistribution() {
    float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.2)};
    SamplingParams params = new SamplingParams(0.1, 0, 0.4, 0, 1, 0, 0, 1, 2);
    FakeResult result = result(params, null, logits);

    Logprobs logprobs = new Sampler(3).logprobs(params, result, 0, 2);

    assertThat(logprobs.logprob()).isCloseTo((float) Math.log(0.2), within(1e-6f));
    assertThat(logprobs.topIds()).containsExactly(0, 1);
    assertThat(logprobs.topLogprobs()[1]).isCloseTo((float) Math.log(0.3), within(1e-6f));
  }

  @Test
  void logprobOfATokenBeyondTheCandidatesIsFoundToo() {
    float[] logits = new float[100];
    logits[99] = -1;
    SamplingParams params = new SamplingParams(1, 0, 1, 0, 1, 0, 0, 1, 0);

    Logprobs logprobs = new Sampler(100).logprobs(params, result(params, null, logits), 0, 99);

    assertThat(logprobs.logprob())
        .isCloseTo((float) (-1 - Math.log(99 + Math.exp(-1))), within(1e-5f));
    assertThat(logprobs.topIds()).isEmpty();
  }

  @Test
  void countsSurviveGrowth() {
    SamplingParams params = new SamplingParams(1, 0, 1, 0, 1.5, 0, 0, 1, -1);
    TokenCounts counts = TokenCounts.of(params, new int[] {7, 7, 8});
    for (int round = 0; round < 3; round++) {
      IntStream.range(100, 1100).forEach(counts::addOutput);
    }
    assertThat(counts.distinct()).isEqualTo(1002);
    assertThat(counts.outputs(7)).isZero();
    assertThat(counts.outputs(9)).isEqualTo(-1);
    assertThat(IntStream.range(100, 1100).allMatch(id -> counts.outputs(id) == 3)).isTrue();
  }
}
