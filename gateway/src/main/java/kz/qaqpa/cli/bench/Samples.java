package kz.qaqpa.cli.bench;

import java.util.Arrays;

/** Order statistics of a few measurements. */
public final class Samples {
  private Samples() {}

  public static double median(double... values) {
    return percentile(50, values);
  }

  /** Nearest rank: the smallest value that at least {@code percent} of all do not exceed. */
  public static double percentile(double percent, double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.length);
    return sorted[Math.max(rank, 1) - 1];
  }
}
