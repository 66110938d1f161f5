package kz.qaqpa.engine.cpu.graph;

/**
 * Symmetric quantisation of a matrix row in blocks, in the layout that {@code MatMulNBits} reads:
 * unsigned numbers with an implicit zero point in the middle, one scale for each block.
 *
 * <p>8 bits: {@code scale = max|w| / 127}, {@code q = round(w / scale) + 128}. 4 bits: the weight
 * of largest magnitude becomes exactly -8, so that all sixteen values are used (the rule of ggml's
 * Q4_0); even weights go to the low half of a byte, odd ones to the high half. Confined to one
 * thread.
 */
final class BlockQuantizer {
  private final int bits;
  private final int block;

  BlockQuantizer(int bits, int block) {
    if ((bits != 4 && bits != 8) || block % 2 != 0) {
      throw new IllegalArgumentException("bits: " + bits + ", block: " + block);
    }
    this.bits = bits;
    this.block = block;
  }

  /**
   * Quantises {@code count} weights, a multiple of the block.
   *
   * @param packed receives {@code count * bits / 8} bytes
   * @param scales receives {@code count / block} scales
   */
  void quantize(float[] weights, int count, byte[] packed, float[] scales) {
    for (int b = 0; b < count / block; b++) {
      scales[b] = bits == 8 ? eight(weights, b * block, packed) : four(weights, b * block, packed);
    }
  }

  private float eight(float[] weights, int from, byte[] packed) {
    float scale = Math.abs(extreme(weights, from)) / 127;
    float inverse = inverse(scale);
    for (int i = from; i < from + block; i++) {
      packed[i] = (byte) (Math.round(weights[i] * inverse) + 128);
    }
    return scale;
  }

  private float four(float[] weights, int from, byte[] packed) {
    float scale = extreme(weights, from) / -8;
    float inverse = inverse(scale);
    for (int i = from; i < from + block; i += 2) {
      packed[i / 2] =
          (byte) (nibble(weights[i] * inverse) | (nibble(weights[i + 1] * inverse) << 4));
    }
    return scale;
  }

  private static int nibble(float scaled) {
    return Math.clamp(Math.round(scaled) + 8, 0, 15);
  }

  /** A block of zeros, or of numbers too small to divide by, becomes all zero points. */
  private static float inverse(float scale) {
    float inverse = 1 / scale;
    return Float.isFinite(inverse) ? inverse : 0;
  }

  private float extreme(float[] weights, int from) {
    float extreme = 0;
    for (int i = from; i < from + block; i++) {
      if (Math.abs(weights[i]) > Math.abs(extreme)) {
        extreme = weights[i];
      }
    }
    return extreme;
  }
}
