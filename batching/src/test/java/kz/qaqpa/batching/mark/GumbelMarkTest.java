package kz.qaqpa.batching.mark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import kz.qaqpa.batching.fixture.VllmGoldens;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class GumbelMarkTest {
  private final GumbelMark noise = new GumbelMark();

  private long word(long key, int[] context, int token) {
    noise.at(key, context[0], context[1], context[2], context[3]);
    return Integer.toUnsignedLong(noise.word(token));
  }

  @Test
  void wordsAreThoseOfVllm() {
    int[] context = {1, 2, 3, 4};
    assertThat(word(42, context, 7)).isEqualTo(425429266L);
    assertThat(word(42, context, 8)).isEqualTo(2706218805L);
    int[] other = {4, 5, 6, 7};
    assertThat(word(42, other, 7)).isEqualTo(2494036831L);
    assertThat(word(42, other, 8)).isEqualTo(3424185538L);
  }

  @Test
  void evidenceOfVllmsAnswerIsThatOfVllm() {
    assertThat(evidence(VllmGoldens.KEY)).isCloseTo(296.27295787856264, within(1e-10));
    assertThat(evidence(43)).isCloseTo(VllmGoldens.WRONG_KEY_SCORE, within(1e-10));
  }

  private double evidence(long key) {
    int[] padded = new int[4 + 64];
    Arrays.fill(padded, 0, 4, GumbelMark.PADDING);
    System.arraycopy(VllmGoldens.EVEN.tokens(), 0, padded, 4, 64);
    double sum = 0;
    for (int i = 4; i < padded.length; i++) {
      noise.at(key, padded[i - 4], padded[i - 3], padded[i - 2], padded[i - 1]);
      sum += GumbelMark.evidence(noise.word(padded[i]));
    }
    return sum;
  }

  /** vLLM's kernel for accelerators computes it so. */
  @Test
  void uniformEqualsTheOtherFormOfItForEveryWord() {
    for (int step = 0; step < 1 << 24; step++) {
      float other = Math.nextDown((step + 1) * 0x1p-24f);
      if (GumbelMark.uniform(step << 8) != other) {
        assertThat(GumbelMark.uniform(step << 8)).as("step %d", step).isEqualTo(other);
      }
    }
  }

  @Test
  void noiseHasBounds() {
    assertThat(GumbelMark.gumbel(0)).isBetween(-2.82, -2.81);
    assertThat(GumbelMark.gumbel(-1)).isBetween(16.63, 16.64).isLessThan(GumbelMark.MOST_NOISE);
    assertThat(GumbelMark.evidence(0)).isPositive();
    assertThat(GumbelMark.evidence(-1)).isFinite();
  }

  @Test
  void whatIsCalledSurelyBelowIsBelow() {
    Seeds.forRandom(
        TestSize.tries(20_000, 1_000_000),
        random -> {
          double bound = random.nextDouble() * (GumbelMark.MOST_NOISE + 6) - 6;
          int lowest = GumbelMark.lowest(bound);
          for (int i = -3; i < 3; i++) {
            int step = Math.clamp(lowest + i, 0, (1 << 24) - 1);
            assertSure(bound, lowest, step << 8);
          }
          assertSure(bound, lowest, random.nextInt());
          // At the power of two that isSurelyBelow compares with.
          int power = 1 << random.nextInt(25);
          assertSure(bound, lowest, ((1 << 24) - power) << 8);
          assertSure(bound, lowest, ((1 << 24) - power - 2) << 8);
        });
  }

  private static void assertSure(double bound, int lowest, int word) {
    double gumbel = GumbelMark.gumbel(word);
    if (GumbelMark.isSurelyBelow(bound, word)) {
      assertThat(gumbel).isLessThan(bound);
    }
    if (word >>> 8 < lowest) {
      assertThat(gumbel).isLessThan(bound);
    } else if (word >>> 8 > lowest + 4 && bound > 8) { // Where both logarithms are nearly one.
      assertThat(gumbel).isGreaterThan(bound - 1e-3);
    }
  }

  @Test
  void aRunFindsTheHighWordsOfItsTokens() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          noise.at(random.nextLong(), 1, 2, random.nextInt(), 4);
          int first = random.nextInt(1000) * GumbelMark.RUN;
          noise.run(first);
          int lowest = random.nextInt(1 << 24);
          int found = noise.nextHigh(first, lowest);
          for (int id = first; id < first + GumbelMark.RUN; id++) {
            boolean isHigh = noise.word(id) >>> 8 >= lowest;
            assertThat(found == id).isEqualTo(isHigh);
            if (isHigh) {
              found = noise.nextHigh(id + 1, lowest);
            }
          }
          assertThat(found).isEqualTo(first + GumbelMark.RUN);
        });
  }

  @Test
  void keyContextAndTokenAllMatter() {
    long base = word(5, new int[] {1, 2, 3, 4}, 6);
    assertThat(word(5L << 32, new int[] {1, 2, 3, 4}, 6)).isNotEqualTo(base);
    assertThat(word(5, new int[] {2, 1, 3, 4}, 6)).isNotEqualTo(base);
    assertThat(word(5, new int[] {-1, 2, 3, 4}, 6)).isNotEqualTo(base);
    assertThat(word(5, new int[] {1, 2, 3, 4}, 7)).isNotEqualTo(base);
    assertThat(word(5, new int[] {1, 2, 3, 4}, 6)).isEqualTo(base);
  }
}
