package kz.qaqpa.batching.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Bias, mask and log probabilities against their definitions, in doubles over all logits. */
class BiasAndMaskTest {
  private static final int VOCABULARY = 150;
  private static final SamplingParams GREEDY = SamplingParams.greedy();

  private final Sampler sampler = new Sampler(VOCABULARY);

  private static float[] logits(RandomGenerator random) {
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] = (float) (random.nextGaussian() * 2);
    }
    return logits;
  }

  private static LogitBias bias(RandomGenerator random, int most, boolean raise) {
    Map<Integer, Float> entries = new HashMap<>();
    for (int i = random.nextInt(most); i > 0; i--) {
      float bias = random.nextFloat() * 6;
      entries.put(random.nextInt(VOCABULARY), raise && random.nextBoolean() ? bias : -bias);
    }
    return LogitBias.of(entries);
  }

  private static TokenMask mask(RandomGenerator random, int most) {
    return TokenMask.of(VOCABULARY, random.ints(random.nextInt(most), 0, VOCABULARY - 1).toArray());
  }

  private static SamplingParams random(RandomGenerator random, double temperature) {
    double penalty = random.nextBoolean() ? 1 : 0.5 + random.nextDouble();
    SamplingParams params =
        new SamplingParams(
            temperature,
            random.nextInt(3) * 30,
            random.nextBoolean() ? 1 : 0.7,
            0,
            penalty,
            random.nextInt(3) - 1,
            0,
            random.nextLong(),
            -1);
    return params
        .withLogitBias(bias(random, 40, random.nextBoolean()))
        .withMask(random.nextBoolean() ? null : mask(random, 300));
  }

  private static @Nullable TokenCounts counts(SamplingParams params, RandomGenerator random) {
    if (!Sampler.hasPenalties(params)) {
      return null;
    }
    TokenCounts counts = TokenCounts.of(params, random.ints(20, 0, VOCABULARY).toArray());
    random.ints(random.nextInt(60), 0, VOCABULARY).forEach(counts::addOutput);
    return counts;
  }

  /** What the scheduler does: candidates, and all logits where they leave the choice open. */
  private int sample(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits, int index) {
    LogitsMode mode = Sampler.logitsMode(params, counts);
    int token = sampler.sample(params, counts, null, mode, FakeResult.of(mode, logits), 0, index);
    int full =
        sampler.sample(
            params,
            counts,
            null,
            LogitsMode.FULL,
            FakeResult.of(LogitsMode.FULL, logits),
            0,
            index);
    assertThat(token).isIn(full, Sampler.UNDECIDED);
    assertThat(token == Sampler.UNDECIDED && (mode == LogitsMode.FULL || params.mask() == null))
        .isFalse();
    return full;
  }

  private static double score(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits, int id) {
    if (params.mask() != null && params.mask().contains(id)) {
      return Double.NEGATIVE_INFINITY;
    }
    double score = logits[id] + params.logitBias().biasOf(id); // Floats, as the sampler has it.
    int outputs = counts == null ? -1 : counts.outputs(id);
    if (outputs < 0) {
      return score;
    }
    double repeated =
        score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
    return (float)
        (repeated
            - outputs * params.frequencyPenalty()
            - (outputs > 0 ? params.presencePenalty() : 0));
  }

  @Test
  void greedyTakesTheBestScoreOfTheWholeVocabulary() {
    Seeds.forRandom(
        TestSize.tries(3_000, 50_000),
        random -> {
          float[] logits = logits(random);
          SamplingParams params = random(random, 0);
          TokenCounts counts = counts(params, random);

          int token = sample(params, counts, logits, 0);

          double best =
              IntStream.range(0, VOCABULARY)
                  .mapToDouble(id -> score(params, counts, logits, id))
                  .max()
                  .orElseThrow();
          // All logits are scored in floats.
          assertThat(score(params, counts, logits, token)).isCloseTo(best, within(1e-5));
        });
  }

  @Test
  void drawsFollowTheScores() {
    Seeds.forRandom(
        TestSize.tries(40, 1_000),
        random -> {
          float[] logits = logits(random);
          SamplingParams params = random(random, 0.5 + random.nextDouble());
          TokenCounts counts = counts(params, random);
          double[] expected = distribution(params, counts, logits);
          int draws = 3_000;
          int[] seen = new int[VOCABULARY];
          for (int i = 0; i < draws; i++) {
            seen[sample(params.withSeed(i), counts, logits, i % 5)]++;
          }
          for (int id = 0; id < VOCABULARY; id++) {
            double e = expected[id] * draws;
            assertThat(expected[id] > 0 || seen[id] == 0).as("token %d", id).isTrue();
            assertThat((double) seen[id]).isCloseTo(e, within(6 * Math.sqrt(e) + 6));
          }
        });
  }

  /** The scores' distribution by definition: sorted, cut by top-k, then by top-p. */
  private static double[] distribution(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits) {
    double[] weights = new double[VOCABULARY];
    for (int id = 0; id < VOCABULARY; id++) {
      weights[id] = Math.exp(score(params, counts, logits, id) / params.temperature());
    }
    int[] ranked =
        IntStream.range(0, VOCABULARY)
            .boxed()
            .sorted((a, b) -> Double.compare(weights[b], weights[a]))
            .mapToInt(Integer::intValue)
            .toArray();
    int kept = params.topK() == 0 ? VOCABULARY : params.topK();
    double total = IntStream.range(0, kept).mapToDouble(i -> weights[ranked[i]]).sum();
    double[] result = new double[VOCABULARY];
    double mass = 0;
    for (int i = 0; i < kept && (params.topP() == 1 || mass < params.topP() * total); i++) {
      result[ranked[i]] = weights[ranked[i]];
      mass += weights[ranked[i]];
    }
    for (int id = 0; id < VOCABULARY; id++) {
      result[id] /= mass;
    }
    return result;
  }

  @Test
  void aMaskOfManyTokensAsksForAllLogitsOnlyWhenItMeetsTheCandidates() {
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] = -i;
    }
    TokenMask far = TokenMask.of(VOCABULARY, IntStream.range(70, 150).toArray());
    TokenMask near = TokenMask.of(VOCABULARY, IntStream.range(0, 64).toArray());
    TokenMask most = TokenMask.of(VOCABULARY, IntStream.range(0, 63).toArray());
    FakeResult candidates = FakeResult.of(LogitsMode.CANDIDATES, logits);

    assertThat(Sampler.logitsMode(GREEDY.withMask(near), null)).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(sampleCandidates(GREEDY.withMask(far), candidates)).isZero();
    assertThat(sampleCandidates(GREEDY.withMask(most), candidates)).isEqualTo(63);
    assertThat(sampleCandidates(GREEDY.withMask(near), candidates)).isEqualTo(Sampler.UNDECIDED);
    assertThat(sample(GREEDY.withMask(near), null, logits, 0)).isEqualTo(64);

    SamplingParams topK = new SamplingParams(0.5, 2, 1, 0, 1, 0, 0, 1, -1);
    assertThat(sampleCandidates(topK.withMask(far), candidates)).isBetween(0, 1);
    assertThat(sampleCandidates(topK.withMask(most), candidates)).isEqualTo(Sampler.UNDECIDED);
  }

  private int sampleCandidates(SamplingParams params, StepResult result) {
    return sampler.sample(params, null, null, LogitsMode.CANDIDATES, result, 0, 0);
  }

  @Test
  void biasesAskForAllLogitsIfTheyRaiseOrAreMany() {
    assertThat(modeOf(Map.of(1, -1f))).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(modeOf(Map.of(1, -1f, 2, 1f))).isEqualTo(LogitsMode.FULL);
    assertThat(modeOf(lowering(63))).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(modeOf(lowering(64))).isEqualTo(LogitsMode.FULL);
  }

  private static Map<Integer, Float> lowering(int entries) {
    return IntStream.range(0, entries).boxed().collect(Collectors.toMap(id -> id, id -> -1f));
  }

  private static LogitsMode modeOf(Map<Integer, Float> bias) {
    return Sampler.logitsMode(GREEDY.withLogitBias(LogitBias.of(bias)), null);
  }

  @Test
  void maskedTokensAreNeverChosenNotEvenFromLogitsThatAreNoNumbers() {
    float[] logits = new float[VOCABULARY];
    Arrays.fill(logits, Float.NaN);
    TokenMask mask = TokenMask.of(VOCABULARY, IntStream.range(0, 149).toArray());
    for (double temperature : new double[] {0, 1}) {
      SamplingParams params =
          new SamplingParams(temperature, 0, 0.9, 0, 1, 0, 0, 3, -1).withMask(mask);
      assertThat(sample(params, null, logits, 0)).isEqualTo(149);
    }
  }

  @Test
  void logprobsAreOfTheModelsDistributionWhateverElseIsAsked() {
    Seeds.forRandom(
        TestSize.tries(500, 10_000),
        random -> {
          float[] logits = logits(random);
          SamplingParams base = random(random, random.nextInt(2));
          SamplingParams params = withTopLogprobs(base, random.nextInt(21));
          TokenCounts counts = counts(params, random);
          FakeResult result = FakeResult.of(LogitsMode.FULL, logits);
          int token = sampler.sample(params, counts, null, LogitsMode.FULL, result, 0, 0);

          Logprobs logprobs = sampler.logprobs(params, result, 0, token);

          double sum = IntStream.range(0, VOCABULARY).mapToDouble(i -> Math.exp(logits[i])).sum();
          double[] expected =
              IntStream.range(0, VOCABULARY).mapToDouble(i -> logits[i] - Math.log(sum)).toArray();
          int[] ranked =
              IntStream.range(0, VOCABULARY)
                  .boxed()
                  .sorted((a, b) -> Double.compare(expected[b], expected[a]))
                  .mapToInt(Integer::intValue)
                  .limit(params.topLogprobs())
                  .toArray();
          assertThat((double) logprobs.logprob()).isCloseTo(expected[token], within(1e-5));
          assertThat(logprobs.topIds()).isEqualTo(ranked);
          for (int i = 0; i < ranked.length; i++) {
            assertThat((double) logprobs.topLogprobs()[i])
                .isCloseTo(expected[ranked[i]], within(1e-5));
          }
        });
  }

  private static SamplingParams withTopLogprobs(SamplingParams p, int count) {
    return new SamplingParams(
        p.temperature(),
        p.topK(),
        p.topP(),
        p.minP(),
        p.repetitionPenalty(),
        p.frequencyPenalty(),
        p.presencePenalty(),
        p.seed(),
        count,
        p.logitBias(),
        p.mask());
  }

  @Test
  void seedsOfChoicesDifferAndTheFirstIsTheRequestsOwn() {
    Set<Long> seeds = new HashSet<>();
    for (long seed = 0; seed < 1_000; seed++) {
      assertThat(Sampler.choiceSeed(seed, 0)).isEqualTo(seed);
      for (int choice = 0; choice < 8; choice++) {
        seeds.add(Sampler.choiceSeed(seed, choice));
      }
    }
    assertThat(seeds).hasSize(8_000);
  }

  @Test
  void biasesAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogitBias.of(Map.of(5, 100.5f)))
        .withMessage("logit_bias.5: 100.5 (expected: -100 to 100)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogitBias.of(Map.of(5, Float.NaN)))
        .withMessage("logit_bias.5: NaN (expected: -100 to 100)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogitBias.of(Map.of(-1, 1f)))
        .withMessage("logit_bias: token -1 (expected: >= 0)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LogitBias.of(lowering(1_025)))
        .withMessage("logit_bias: 1025 entries (expected: at most 1024)");
    assertThat(LogitBias.of(lowering(1_024)).size()).isEqualTo(1_024);
  }

  @Test
  void biasesAreValues() {
    LogitBias bias = LogitBias.of(Map.of(9, -100f, 3, 100f, 4, 0f));

    assertThat(bias.size()).isEqualTo(2);
    assertThat(bias.largestId()).isEqualTo(9);
    assertThat(bias.biasOf(3)).isEqualTo(100);
    assertThat(bias.biasOf(4)).isZero();
    assertThat(bias).isEqualTo(LogitBias.of(Map.of(3, 100f, 9, -100f)));
    assertThat(bias).hasSameHashCodeAs(LogitBias.of(Map.of(3, 100f, 9, -100f)));
    assertThat(LogitBias.of(Map.of(4, 0f))).isEqualTo(LogitBias.NONE);
    assertThat(LogitBias.NONE.largestId()).isEqualTo(-1);
  }

  @Test
  void masksAreCheckedAndAreValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenMask.of(10, 3, 10))
        .withMessage("mask: token 10 (expected: 0 to 9)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenMask.of(2, 0, 1))
        .withMessage("mask: all 2 tokens (expected: at least one is left)");
    TokenMask mask = TokenMask.of(10, 7, 3, 3);
    assertThat(mask.ids()).containsExactly(3, 7);
    assertThat(mask.size()).isEqualTo(2);
    assertThat(mask).isEqualTo(TokenMask.of(20, 3, 7));
    assertThat(mask).hasSameHashCodeAs(TokenMask.of(20, 3, 7));
    assertThat(TokenMask.of(10).largestId()).isEqualTo(-1);
  }
}
