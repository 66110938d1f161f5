package kz.qaqpa.engine.trt.weights;

/** Conversions between float and the narrow formats: to nearest, ties to even. Stateless. */
public final class NumberFormats {
  /** Largest finite E4M3. */
  public static final float E4M3_MAX = 448;

  /** Smallest normal E4M3; below it the steps are even, of 2^-9. */
  private static final float E4M3_MIN_NORMAL = 0x1p-6f;

  private static final int E4M3_NAN = 0x7f;

  /** Its last bit stands for 2^-9: adding it rounds to a multiple of that. */
  private static final float ROUNDS_TO_SUBNORMALS = 0x1p14f;

  /** Exponent biases: 127 of a float, 7 of E4M3, whose mantissa is 20 bits shorter. */
  private static final int REBIAS = (127 - 7) << 3;

  private NumberFormats() {}

  /** The upper half of a float, rounded; NaN stays NaN, what is too large becomes infinite. */
  public static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** What a BF16 stands for; exact. */
  public static float ofBf16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /**
   * The nearest E4M3 ("OCP 8-bit Floating Point Specification", 2023); what is beyond {@link
   * #E4M3_MAX} becomes it, as weights are scaled to fit; NaN stays NaN.
   */
  public static byte toE4m3(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 24) & 0x80;
    float magnitude = Math.abs(value);
    if (Float.isNaN(magnitude)) {
      return (byte) (sign | E4M3_NAN);
    }
    if (magnitude >= E4M3_MAX) {
      return (byte) (sign | (E4M3_NAN - 1));
    }
    if (magnitude < E4M3_MIN_NORMAL) {
      int sum = Float.floatToRawIntBits(magnitude + ROUNDS_TO_SUBNORMALS);
      return (byte) (sign | (sum - Float.floatToRawIntBits(ROUNDS_TO_SUBNORMALS)));
    }
    int rest = bits & 0x7fffffff;
    int rounded = (rest + 0x7ffff + ((rest >>> 20) & 1)) >>> 20;
    return (byte) (sign | (rounded - REBIAS));
  }

  /** What an E4M3 stands for; exact. */
  public static float ofE4m3(byte code) {
    int exponent = (code >>> 3) & 0xf;
    int mantissa = code & 7;
    float magnitude;
    if (exponent == 0) {
      magnitude = mantissa * 0x1p-9f;
    } else if (exponent == 15 && mantissa == 7) {
      magnitude = Float.NaN;
    } else {
      magnitude = Float.intBitsToFloat(((exponent << 3 | mantissa) + REBIAS) << 20);
    }
    return code < 0 ? -magnitude : magnitude;
  }
}
