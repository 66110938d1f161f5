package kz.qaqpa.batching.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.fixture.ChiSquare;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** All settings of sampling in all their combinations, against their definition over all logits. */
class EverySettingTest {
  private static final int SETTINGS = 10;
  private static final int EARLY = 3;
  private static final int DRAWS = 3_000;

  /** Bit i of {@code on} turns setting i on. */
  private static SamplingParams params(int on, int vocabulary, RandomGenerator random) {
    SamplingParams params =
        new SamplingParams(
            has(on, 0) ? 0.3 + 1.7 * random.nextDouble() : 1,
            has(on, 1) ? 1 + random.nextInt(100) : 0,
            has(on, 2) ? 0.05 + 0.95 * random.nextDouble() : 1,
            has(on, 3) ? random.nextDouble() * 0.3 : 0,
            has(on, 4) ? 0.5 + random.nextDouble() : 1,
            has(on, 5) ? random.nextDouble() * 4 - 2 : 0,
            has(on, 6) ? random.nextDouble() * 4 - 2 : 0,
            random.nextLong(),
            -1);
    Map<Integer, Float> bias = new HashMap<>();
    for (int i = 0; has(on, 7) && i < 20; i++) {
      bias.put(random.nextInt(vocabulary), random.nextFloat() * 8 - 4);
    }
    TokenMask mask =
        has(on, 8) ? TokenMask.of(vocabulary, random.ints(30, 0, vocabulary).toArray()) : null;
    if (has(on, 9)) {
      int[] few = random.ints(1 + random.nextInt(12), 0, vocabulary).toArray();
      mask = TokenMask.only(vocabulary, few);
    }
    return params.withLogitBias(LogitBias.of(bias)).withMask(mask);
  }

  private static boolean has(int on, int setting) {
    return (on >> setting & 1) == 1;
  }

  private static @Nullable TokenCounts counts(
      SamplingParams params, int vocabulary, RandomGenerator random) {
    if (!Sampler.hasPenalties(params)) {
      return null;
    }
    TokenCounts counts = TokenCounts.of(params, random.ints(20, 0, vocabulary).toArray());
    random.ints(random.nextInt(60), 0, vocabulary).forEach(counts::addOutput);
    return counts;
  }

  /** The distribution as it is defined; every step looks at the whole vocabulary. */
  private static double[] reference(
      SamplingParams params, @Nullable TokenCounts counts, float[] logits, int index) {
    double[] scores = new double[logits.length];
    TokenMask mask = params.maskAt(index);
    for (int id = 0; id < logits.length; id++) {
      double score = logits[id] + params.logitBias().biasOf(id); // Floats, as the sampler has it.
      int outputs = counts == null ? -1 : counts.outputs(id);
      if (outputs >= 0) {
        score = score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
        score -= outputs * params.frequencyPenalty();
        score -= outputs > 0 ? params.presencePenalty() : 0;
      }
      scores[id] = mask != null && mask.contains(id) ? Double.NEGATIVE_INFINITY : (float) score;
    }
    double best = Arrays.stream(scores).max().orElseThrow();
    double[] weights =
        Arrays.stream(scores).map(s -> StrictMath.exp((s - best) / params.temperature())).toArray();
    int[] ranked =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted((a, b) -> Double.compare(weights[b], weights[a]))
            .mapToInt(i -> i)
            .toArray();
    int kept = params.topK() == 0 ? ranked.length : Math.min(params.topK(), ranked.length);
    double all = IntStream.range(0, kept).mapToDouble(i -> weights[ranked[i]]).sum();
    double sum = 0;
    int nucleus = 0;
    while (nucleus < kept && (params.topP() == 1 || sum < params.topP() * all)) {
      sum += weights[ranked[nucleus++]];
    }
    double[] probabilities = new double[logits.length];
    double total = 0;
    for (int i = 0; i < nucleus; i++) {
      double weight = weights[ranked[i]];
      probabilities[ranked[i]] = weight >= params.minP() ? weight : 0;
      total += probabilities[ranked[i]];
    }
    for (int id = 0; id < probabilities.length; id++) {
      probabilities[id] /= total;
    }
    return probabilities;
  }

  private static void assertDrawn(
      SamplingParams params,
      @Nullable TokenCounts counts,
      float[] logits,
      int firstIndex,
      Sampler sampler) {
    double[] expected = reference(params, counts, logits, firstIndex);
    int[] seen = new int[logits.length];
    LogitsMode mode = Sampler.logitsMode(params, counts);
    FakeResult asked = FakeResult.of(mode, logits);
    FakeResult full = FakeResult.of(LogitsMode.FULL, logits);
    for (int i = 0; i < DRAWS; i++) {
      // Another seed for each draw, so that the place in the answer is the same.
      SamplingParams own = params.withSeed(params.seed() + i);
      int token = sampler.sample(own, counts, null, mode, asked, 0, firstIndex);
      if (token == Sampler.UNDECIDED) {
        token = sampler.sample(own, counts, null, LogitsMode.FULL, full, 0, firstIndex);
      }
      seen[token]++;
    }
    assertThat(ChiSquare.distance(expected, seen)).as("%s", params).isLessThan(1);
  }

  @Test
  void drawsFollowTheDefinitionWhateverIsOn() {
    Seeds.forRandom(
        TestSize.tries(150, 4 * (1 << SETTINGS)),
        random -> {
          int vocabulary = random.nextBoolean() ? 150 : 1_500;
          float[] logits = new float[vocabulary];
          double spread = 0.2 + random.nextDouble() * 4;
          for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) (random.nextGaussian() * spread);
          }
          SamplingParams params = params(random.nextInt(1 << SETTINGS), vocabulary, random);
          TokenCounts counts = counts(params, vocabulary, random);
          assertDrawn(params, counts, logits, 0, new Sampler(vocabulary));
        });
  }

  @Test
  void manyEqualLogitsAreCutAsTheyAreRanked() {
    Seeds.forRandom(
        TestSize.tries(50, 1_000),
        random -> {
          float[] logits = new float[1_500];
          for (int i = 0; i < logits.length; i++) {
            logits[i] = random.nextInt(3);
          }
          SamplingParams params =
              new SamplingParams(
                  0.5 + random.nextDouble(), random.nextInt(1_500), 0.9, 0, 1, 0, 0, 1, -1);
          assertDrawn(params, null, logits, 0, new Sampler(1_500));
        });
  }

  @Test
  void whatEndsAnAnswerIsMaskedUntilItIsLongEnough() {
    Seeds.forRandom(
        TestSize.tries(60, 1_000),
        random -> {
          int vocabulary = 150;
          float[] logits = new float[vocabulary];
          for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) random.nextGaussian() * 2;
          }
          int[] stops = {random.nextInt(vocabulary), random.nextInt(vocabulary)};
          logits[stops[0]] = 9;
          SamplingParams plain = params(random.nextInt(1 << SETTINGS - 1), vocabulary, random);
          TokenMask mask = plain.mask() == null ? TokenMask.of(vocabulary) : plain.mask();
          SamplingParams params = plain.withEarly(new EarlyMask(EARLY, mask.plus(stops)));
          TokenCounts counts = counts(params, vocabulary, random);
          Sampler sampler = new Sampler(vocabulary);
          for (int index : new int[] {0, EARLY - 1, EARLY}) {
            assertDrawn(params, counts, logits, index, sampler);
          }
          assertThat(params.minTokens()).isEqualTo(EARLY);
          assertThat(params.choice(1).minTokens()).isEqualTo(EARLY);
        });
  }

  @Test
  void aForcedTokenNeedsNoLogits() {
    SamplingParams greedy = SamplingParams.greedy().withMask(TokenMask.only(150, 77));
    FakeResult candidates = FakeResult.of(LogitsMode.CANDIDATES, new float[150]);
    assertThat(Sampler.logitsMode(greedy, null)).isEqualTo(LogitsMode.CANDIDATES);
    assertThat(new Sampler(150).sample(greedy, null, null, LogitsMode.CANDIDATES, candidates, 0, 0))
        .isEqualTo(77);
  }

  @Test
  void masksThatNameWhatIsLeft() {
    TokenMask few = TokenMask.only(10, 7, 3, 3);
    assertThat(IntStream.range(0, 12).filter(id -> !few.contains(id))).containsExactly(3, 7);
    assertThat(few.plus(3)).isEqualTo(TokenMask.only(10, 7)).hasToString("all but 1 tokens");
    assertThat(few.largestId()).isEqualTo(7);
    assertThat(TokenMask.of(10, 3).among(3, 5)).isEqualTo(TokenMask.only(10, 5));
    assertThat(TokenMask.of(10, 3).plus(4)).isEqualTo(TokenMask.of(10, 3, 4));
    assertThat(few).isNotEqualTo(TokenMask.of(10)).hasSameHashCodeAs(TokenMask.only(10, 3, 7));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> few.plus(3, 7))
        .withMessage("mask: no token is left (expected: at least one)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenMask.only(10, 10))
        .withMessage("mask: token 10 (expected: 0 to 9)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EarlyMask(0, few))
        .withMessage("min_tokens: 0 (expected: >= 1)");
  }

  @Test
  void exponentialsAreAsGoodAsThoseOfTheLibrary() {
    double[] numbers = IntStream.rangeClosed(0, 400_000).mapToDouble(i -> -i / 1e4).toArray();
    double[] powers = new double[numbers.length];
    Exponential.fill(numbers, powers, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      double exact = StrictMath.exp(numbers[i]);
      assertThat(Math.abs(powers[i] - exact)).isLessThanOrEqualTo(1e-12 * exact);
    }
    double[] low = {Double.NEGATIVE_INFINITY, -1e9};
    Exponential.fill(low, low, 2);
    assertThat(Arrays.stream(low)).allMatch(power -> power >= 0 && power < 1e-17);
  }
}
