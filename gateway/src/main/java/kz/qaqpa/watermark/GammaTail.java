package kz.qaqpa.watermark;

/** How likely a sum of exponential variables is to be large; in logarithms, however unlikely. */
final class GammaTail {
  private static final int SMALL = 32;
  private static final double NEGLIGIBLE = 1e-17;

  private GammaTail() {}

  /**
   * The natural logarithm of the probability that {@code n} independent exponential variables with
   * mean 1 sum to at least {@code sum}: {@code e^-s (1 + s + s^2/2! + … + s^(n-1)/(n-1)!)}.
   *
   * <p>Beyond the mean the terms are summed from the last, greatest one down; before it, those that
   * are missing are summed and taken from 1. Either way a few times the square root of n terms
   * matter.
   *
   * @param n 0 or more
   * @param sum 0 or more
   */
  static double log(int n, double sum) {
    if (sum <= 0) {
      return 0;
    }
    if (n == 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return sum < n ? StrictMath.log1p(-below(n, sum)) : above(n, sum);
  }

  private static double above(int n, double sum) {
    double term = 1;
    double terms = 1;
    for (int k = n - 1; k > 0 && term > NEGLIGIBLE * terms; k--) {
      term *= k / sum;
      terms += term;
    }
    return logPoisson(n - 1, sum) + StrictMath.log(terms);
  }

  private static double below(int n, double sum) {
    double term = 1;
    double terms = 1;
    for (int k = n + 1; term > NEGLIGIBLE * terms; k++) {
      term *= sum / k;
      terms += term;
    }
    return StrictMath.exp(logPoisson(n, sum)) * terms;
  }

  /** ln(e^-s s^k / k!), with k! by Stirling's series: what is nearly equal is subtracted first. */
  private static double logPoisson(int k, double s) {
    if (k < SMALL) {
      double log = -s;
      for (int i = 1; i <= k; i++) {
        log += StrictMath.log(s / i);
      }
      return log;
    }
    double distance = s - k;
    double series = (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / k / k) / k / k) / k;
    return k * StrictMath.log1p(distance / k)
        - distance
        - StrictMath.log(2 * Math.PI * k) / 2
        - series;
  }
}
