package kz.qaqpa.batching.sample;

/**
 * e^x of many numbers at once: what costs most where a whole vocabulary is weighed. The
 * sixty-fourth part of x goes into Taylor's series, and the sum is squared six times. Sums and
 * products alone, so the compiler makes vectors of it, and since Java's arithmetic is strict, every
 * machine gets the same bits.
 */
final class Exponential {
  /** Below, results are those of this number: as good as nothing beside e^0. */
  static final double LEAST = -40;

  private static final double PART = 1.0 / 64;

  private Exponential() {}

  /**
   * Fills {@code out[0..n)} with e^x of {@code in}, whose numbers are at most 0, to within a part
   * in 10^12.
   */
  static void fill(double[] in, double[] out, int n) {
    for (int i = 0; i < n; i++) {
      double r = Math.max(in[i], LEAST) * PART;
      double p = 1.0 / 87_178_291_200.0;
      p = p * r + 1.0 / 6_227_020_800.0;
      p = p * r + 1.0 / 479_001_600.0;
      p = p * r + 1.0 / 39_916_800.0;
      p = p * r + 1.0 / 3_628_800.0;
      p = p * r + 1.0 / 362_880.0;
      p = p * r + 1.0 / 40_320.0;
      p = p * r + 1.0 / 5_040.0;
      p = p * r + 1.0 / 720.0;
      p = p * r + 1.0 / 120.0;
      p = p * r + 1.0 / 24.0;
      p = p * r + 1.0 / 6.0;
      p = p * r + 0.5;
      p = p * r + 1;
      p = p * r + 1;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      p *= p;
      out[i] = p * p;
    }
  }
}
