package kz.qaqpa.cli.soak;

import java.util.Arrays;

/**
 * Whether a series grows.
 *
 * <pre>
 * Slope         Median of the slopes between all pairs of readings (Theil 1950, Sen 1968): a few
 *               outliers do not move it.
 * Significance  Mann-Kendall's S over its standard deviation with ties taken into account (Kendall
 *               1975): how unlikely so many rises are where nothing grows.
 * </pre>
 *
 * A series grows if the slope over its whole length is more than is tolerated, and the rise is not
 * chance (one-sided, one percent).
 *
 * @param median of the readings
 * @param growth by the slope, over the whole series
 * @param z Mann-Kendall's, 0 for fewer than three readings
 */
record Trend(double median, double growth, double z) {
  private static final double ONE_PERCENT = 2.326;

  /** Fits readings that are equally far apart; those that are not numbers are left out. */
  static Trend of(double... readings) {
    double[] values = Arrays.stream(readings).filter(value -> !Double.isNaN(value)).toArray();
    int n = values.length;
    if (n < 3) {
      return new Trend(n == 0 ? Double.NaN : middle(values.clone()), 0, 0);
    }
    double[] slopes = new double[n * (n - 1) / 2];
    int at = 0;
    int rises = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        slopes[at++] = (values[j] - values[i]) / (j - i);
        rises += Integer.signum(Double.compare(values[j], values[i]));
      }
    }
    return new Trend(middle(values.clone()), middle(slopes) * (n - 1), z(rises, values));
  }

  private static double z(int rises, double[] values) {
    double n = values.length;
    double variance = n * (n - 1) * (2 * n + 5);
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    for (int from = 0; from < sorted.length; ) {
      int to = from;
      while (to < sorted.length && sorted[to] == sorted[from]) {
        to++;
      }
      double tied = to - from;
      variance -= tied * (tied - 1) * (2 * tied + 5);
      from = to;
    }
    return variance <= 0 ? 0 : (rises - Math.signum(rises)) / Math.sqrt(variance / 18);
  }

  private static double middle(double[] values) {
    Arrays.sort(values);
    int half = values.length / 2;
    return values.length % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  }

  /**
   * Whether it grows.
   *
   * @param share of the median that is tolerated
   * @param floor that is tolerated in any case, in the series' unit
   */
  boolean grows(double share, double floor) {
    return growth > Math.max(share * median, floor) && z > ONE_PERCENT;
  }
}
