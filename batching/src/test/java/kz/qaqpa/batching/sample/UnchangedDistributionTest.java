package kz.qaqpa.batching.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.fixture.ChiSquare;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * Over many keys a watermarked answer is distributed as one without: each token, two tokens
 * together, and the answer as a whole.
 */
class UnchangedDistributionTest {
  private static final int[] CONTEXT = {5, 6, 7, 8};
  private static final int[] OTHER_CONTEXT = {5, 6, 7, 9};

  private static float[] logits(RandomGenerator random, int vocabulary) {
    float[] logits = new float[vocabulary];
    double spread = 0.3 + random.nextDouble() * 2;
    for (int i = 0; i < vocabulary; i++) {
      logits[i] = (float) (random.nextGaussian() * spread);
    }
    return logits;
  }

  private static SamplingParams params(RandomGenerator random) {
    return new SamplingParams(
        0.4 + random.nextDouble(),
        random.nextBoolean() ? 0 : 5 + random.nextInt(80),
        random.nextBoolean() ? 1 : 0.3 + 0.7 * random.nextDouble(),
        random.nextInt(3) > 0 ? 0 : random.nextDouble() * 0.3,
        1,
        0,
        0,
        random.nextLong(),
        -1);
  }

  private static Watermark watermark(RandomGenerator random) {
    return Watermark.serving(random.longs(Watermark.SUB_KEYS).toArray(), random.nextLong());
  }

  private static int draw(
      SamplingParams params, Watermark watermark, float[] logits, int[] context) {
    Sampler sampler = new Sampler(logits.length);
    FakeResult result = FakeResult.of(LogitsMode.FULL, logits);
    return sampler.sample(
        params.withWatermark(watermark),
        null,
        MarkedSamplingTest.after(watermark, context),
        LogitsMode.FULL,
        result,
        0,
        context.length);
  }

  @Test
  void overManyKeysTokensAfterAContextAreAsOftenAsWithout() {
    Seeds.forRandom(
        TestSize.tries(25, 500),
        random -> {
          float[] logits = logits(random, 90);
          SamplingParams params = params(random);
          int[] seen = new int[90];
          for (int i = 0; i < 10_000; i++) {
            seen[draw(params, watermark(random), logits, CONTEXT)]++;
          }
          assertThat(ChiSquare.distance(SamplerTest.reference(params, null, logits), seen))
              .as("%s", params)
              .isLessThan(1);
        });
  }

  @Test
  void overManyContextsTokensUnderAKeyAreAsOftenAsWithout() {
    Seeds.forRandom(
        TestSize.tries(25, 500),
        random -> {
          float[] logits = logits(random, 90);
          SamplingParams params = params(random);
          Watermark watermark = watermark(random);
          int[] seen = new int[90];
          for (int i = 0; i < 10_000; i++) {
            seen[draw(params, watermark, logits, random.ints(4, 0, 90).toArray())]++;
          }
          assertThat(ChiSquare.distance(SamplerTest.reference(params, null, logits), seen))
              .as("%s", params)
              .isLessThan(1);
        });
  }

  @Test
  void whatFollowsOneContextSaysNothingOfWhatFollowsAnother() {
    int vocabulary = 12;
    Seeds.forRandom(
        TestSize.tries(10, 200),
        random -> {
          float[] logits = logits(random, vocabulary);
          SamplingParams params = params(random);
          double[] one = SamplerTest.reference(params, null, logits);
          double[] both = new double[vocabulary * vocabulary];
          for (int i = 0; i < both.length; i++) {
            both[i] = one[i / vocabulary] * one[i % vocabulary];
          }
          int[] seen = new int[both.length];
          for (int i = 0; i < 20_000; i++) {
            Watermark watermark = watermark(random);
            int first = draw(params, watermark, logits, CONTEXT);
            seen[first * vocabulary + draw(params, watermark, logits, OTHER_CONTEXT)]++;
          }
          assertThat(ChiSquare.distance(both, seen)).as("%s", params).isLessThan(1);
        });
  }

  /**
   * Two tokens, twelve places: contexts repeat in most answers, and what the first of them drew is
   * part of what is drawn after the second. Of the two modes only serving leaves repeated contexts
   * out, so the other one also shows that the test would notice.
   */
  @Test
  void answersAsAWholeAreAsOftenAsWithoutIfRepeatedContextsAreNotMarked() {
    int length = 12;
    SamplingParams params = new SamplingParams(2, 0, 1, 0, 1, 0, 0, 1, -1);
    double[] expected = answers(params, length);
    Seeds.forRandom(
        TestSize.tries(1, 20),
        random -> {
          int draws = 60_000;
          int[] serving = new int[expected.length];
          int[] compatible = new int[expected.length];
          for (int i = 0; i < draws; i++) {
            SamplingParams seeded = params.withSeed(random.nextLong());
            serving[answer(seeded.withWatermark(watermark(random)), length)]++;
            Watermark everywhere = Watermark.compatible(random.nextLong());
            compatible[answer(seeded.withWatermark(everywhere), length)]++;
          }
          assertThat(ChiSquare.distance(expected, serving)).isLessThan(1);
          assertThat(ChiSquare.distance(expected, compatible)).isGreaterThan(1);
        });
  }

  private static final PseudoModel TWO_TOKENS =
      (context, length, into) -> {
        PseudoModel.hashing().logits(context, Math.min(length, 3), into);
        into[context[length - 1]] += 1; // It likes to repeat itself.
      };

  /** The probability of each answer of two tokens, its tokens being the digits of its number. */
  private static double[] answers(SamplingParams params, int length) {
    double[] probabilities = new double[1 << length];
    for (int answer = 0; answer < probabilities.length; answer++) {
      int[] context = new int[1 + length];
      float[] logits = new float[2];
      double probability = 1;
      for (int i = 0; i < length; i++) {
        TWO_TOKENS.logits(context, 1 + i, logits);
        int token = (answer >> (length - 1 - i)) & 1;
        probability *= SamplerTest.reference(params, null, logits)[token];
        context[1 + i] = token;
      }
      probabilities[answer] = probability;
    }
    return probabilities;
  }

  private static int answer(SamplingParams params, int length) {
    List<Integer> tokens =
        Rig.alone(
            new GenerationRequest(
                "r", "a", 1, new int[] {0}, length, params, new int[0], Long.MAX_VALUE),
            TWO_TOKENS,
            2);
    return tokens.stream().reduce(0, (number, token) -> 2 * number + Objects.requireNonNull(token));
  }
}
