package kz.qaqpa.batching.mark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import kz.qaqpa.batching.fixture.ChiSquare;
import kz.qaqpa.batching.fixture.VllmGoldens;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static final long[] KEYS = LongStream.range(1000, 1016).toArray();

  @Test
  void seedsShareTheKeysOutEvenly() {
    int[] seen = new int[Watermark.SUB_KEYS];
    for (long seed = 0; seed < 32_000; seed++) {
      seen[Watermark.serving(KEYS, seed).subKey()]++;
    }
    double[] even = new double[seen.length];
    Arrays.fill(even, 1.0 / seen.length);
    assertThat(ChiSquare.distance(even, seen)).isLessThan(1);
  }

  @Test
  void theSameSeedHasTheSameKeyAndChoicesHaveDifferentOnes() {
    Watermark watermark = Watermark.serving(KEYS, 5);

    assertThat(Watermark.serving(KEYS, 5)).isEqualTo(watermark).hasSameHashCodeAs(watermark);
    assertThat(watermark.choice(0)).isEqualTo(watermark);
    assertThat(IntStream.range(0, 16).map(i -> watermark.choice(i).subKey()).distinct())
        .hasSize(16);
  }

  @Test
  void marksFromTheFifthTokenOnWhereContextsAreNew() {
    int[] tokens = VllmGoldens.SKIPPING;
    Marking marking = Watermark.serving(KEYS, 1).begin(8);
    int skipped = 0;
    for (int length = 0; length < tokens.length; length++) {
      skipped += marking.marksNext() ? 0 : 1;
      assertThat(length >= VllmGoldens.SKIPPING_PADDED || !marking.marksNext()).isTrue();
      marking.append(tokens, length + 1);
    }
    assertThat(skipped).isEqualTo(VllmGoldens.SKIPPING_SKIPPED);
  }

  @Test
  void marksEverythingInCompatibleMode() {
    Marking marking = Watermark.compatible(1).begin(8);
    for (int length = 0; length < 10; length++) {
      assertThat(marking.marksNext()).isTrue();
      marking.append(new int[10], length + 1);
    }
  }

  @Test
  void keysAreNeitherSharedNorShown() {
    long[] keys = KEYS.clone();
    Watermark watermark = Watermark.serving(keys, 3);
    Arrays.fill(keys, 0);

    assertThat(watermark).isEqualTo(Watermark.serving(KEYS, 3));
    assertThat(watermark.toString()).doesNotContain("10");
    assertThatThrownBy(() -> Watermark.serving(new long[3], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("watermark: 3 keys (expected: 16)");
  }
}
