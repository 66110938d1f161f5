package kz.qaqpa.engine.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockQuantizerTest {

  @ParameterizedTest
  @CsvSource({"8, 32", "8, 64", "8, 128", "4, 32", "4, 128"})
  void everyWeightWithinHalfAStep(int bits, int block) {
    Seeds.forRandom(
        TestSize.tries(50, 5000),
        random -> {
          float[] weights = new float[3 * block];
          for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-3, 3)));
          }
          byte[] packed = new byte[weights.length * bits / 8];
          float[] scales = new float[3];
          new BlockQuantizer(bits, block).quantize(weights, weights.length, packed, scales);
          for (int i = 0; i < weights.length; i++) {
            float step = Math.abs(scales[i / block]);
            // Of 4 bits the largest value is 7 steps, where the weight may be just below 8.
            double bound = step * (bits == 8 ? 0.501 : 1.001);
            assertThat((double) unpack(packed, i, bits) * scales[i / block])
                .isCloseTo(weights[i], within(bound));
          }
        });
  }

  private static int unpack(byte[] packed, int index, int bits) {
    return bits == 8
        ? (packed[index] & 0xFF) - 128
        : ((packed[index / 2] >> (4 * (index % 2))) & 0xF) - 8;
  }

  @ParameterizedTest
  @CsvSource({"8, 0", "4, 0", "8, 1e-44", "4, 1e-44"})
  void nothingAndNextToNothingAreZero(int bits, float value) {
    float[] weights = new float[32];
    weights[5] = value;
    byte[] packed = new byte[32 * bits / 8];
    float[] scales = new float[1];
    new BlockQuantizer(bits, 32).quantize(weights, 32, packed, scales);
    for (int i = 0; i < 32; i++) {
      assertThat((double) unpack(packed, i, bits) * scales[0]).isCloseTo(0, within(1e-43));
    }
  }

  @Test
  void fourBitsUseTheLowHalfFirst() {
    float[] weights = new float[32];
    weights[0] = -8;
    weights[1] = 7;
    byte[] packed = new byte[16];
    float[] scales = new float[1];
    new BlockQuantizer(4, 32).quantize(weights, 32, packed, scales);
    assertThat(scales[0]).isEqualTo(1);
    assertThat(packed[0]).isEqualTo((byte) 0xF0);
    assertThat(packed[1]).isEqualTo((byte) 0x88);
  }
}
