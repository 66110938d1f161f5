package kz.qaqpa.engine.trt.weights;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;

class NumberFormatsTest {
  @Test
  void everyE4m3StandsForWhatTheStandardSays() {
    assertThat(NumberFormats.ofE4m3((byte) 0x00)).isEqualTo(0f);
    assertThat(NumberFormats.ofE4m3((byte) 0x01)).isEqualTo(0x1p-9f);
    assertThat(NumberFormats.ofE4m3((byte) 0x07)).isEqualTo(0x7p-9f);
    assertThat(NumberFormats.ofE4m3((byte) 0x08)).isEqualTo(0x1p-6f);
    assertThat(NumberFormats.ofE4m3((byte) 0x38)).isEqualTo(1f);
    assertThat(NumberFormats.ofE4m3((byte) 0x7e)).isEqualTo(448f);
    assertThat(NumberFormats.ofE4m3((byte) 0x7f)).isNaN();
    assertThat(NumberFormats.ofE4m3((byte) 0xfe)).isEqualTo(-448f);
    assertThat(NumberFormats.ofE4m3((byte) 0xff)).isNaN();
    for (int code = 0; code < 256; code++) {
      float value = NumberFormats.ofE4m3((byte) code);
      assertThat(NumberFormats.toE4m3(value)).as("%x", code).isEqualTo((byte) code);
    }
  }

  /** Among all codes none is nearer, and of two equally near the even one is taken. */
  @Test
  void toE4m3IsTheNearest() {
    for (int code = 0; code < 0x7e; code++) {
      double low = NumberFormats.ofE4m3((byte) code);
      double high = NumberFormats.ofE4m3((byte) (code + 1));
      float middle = (float) ((low + high) / 2);
      int even = code % 2 == 0 ? code : code + 1;
      assertThat(NumberFormats.toE4m3(middle)).isEqualTo((byte) even);
      assertThat(NumberFormats.toE4m3(Math.nextDown(middle))).isEqualTo((byte) code);
      assertThat(NumberFormats.toE4m3(Math.nextUp(middle))).isEqualTo((byte) (code + 1));
      assertThat(NumberFormats.toE4m3(-Math.nextDown(middle))).isEqualTo((byte) (code | 0x80));
    }
  }

  @Test
  void e4m3EndsAt448() {
    assertThat(NumberFormats.toE4m3(1e9f)).isEqualTo((byte) 0x7e);
    assertThat(NumberFormats.toE4m3(Float.NEGATIVE_INFINITY)).isEqualTo((byte) 0xfe);
    assertThat(NumberFormats.toE4m3(Float.NaN)).isEqualTo((byte) 0x7f);
  }

  @Test
  void toBf16IsTheNearest() {
    Seeds.forRandom(1, random -> random.ints(100_000).forEach(bits -> checkBf16(bits)));
    for (int bits : new int[] {0, 0x8000, 0x18000, 0x7f7fffff, 0x7f800000, 0xff800000, 1}) {
      checkBf16(bits);
    }
    assertThat(NumberFormats.ofBf16(NumberFormats.toBf16(Float.NaN))).isNaN();
    float narrowNaN = Float.intBitsToFloat(0x7f800001);
    assertThat(NumberFormats.ofBf16(NumberFormats.toBf16(narrowNaN))).isNaN();
  }

  private static void checkBf16(int bits) {
    float value = Float.intBitsToFloat(bits);
    float rounded = NumberFormats.ofBf16(NumberFormats.toBf16(value));
    if (Float.isNaN(value)) {
      assertThat(rounded).isNaN();
      return;
    }
    // Exact neighbours: the float with its lower half cleared, and the next one up.
    float below = Float.intBitsToFloat(bits & 0xffff0000);
    float above = Float.intBitsToFloat((bits & 0xffff0000) + 0x10000);
    double toBelow = Math.abs((double) value - below);
    double toAbove = Math.abs((Float.isFinite(above) ? above : overflow(above)) - (double) value);
    if (toBelow < toAbove) {
      assertThat(rounded).isEqualTo(below);
    } else if (toAbove < toBelow) {
      assertThat(rounded).isEqualTo(above);
    } else {
      int lowest = Float.floatToRawIntBits(rounded) >>> 16 & 1;
      assertThat(lowest).as("%x", bits).isZero();
    }
  }

  /** Where the next number would be if the exponent had room for it. */
  private static double overflow(float infinite) {
    return Math.copySign(0x1p128, infinite);
  }
}
