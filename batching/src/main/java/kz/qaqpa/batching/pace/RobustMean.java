package kz.qaqpa.batching.pace;

/**
 * Confined to the step loop. A mean of recent samples that one outlier does not move: the median of
 * the last three samples goes into an exponentially weighted mean. After a lasting change it is
 * within a tenth of the new value after ten samples, and a first sample that was wrong is forgotten
 * with the second.
 */
final class RobustMean {
  /** What a new median counts beside all that came before. */
  private static final double GAIN = 0.25;

  private double last;
  private double beforeLast;
  private double mean;
  private int samples;

  void add(double sample) {
    double middle =
        samples < 2
            // Of two, the lower one: what goes wrong with a step makes it longer.
            ? samples == 0 ? sample : Math.min(sample, last)
            : median(sample, last, beforeLast);
    mean = samples < 3 ? middle : mean + GAIN * (middle - mean);
    beforeLast = last;
    last = sample;
    samples = Math.min(samples + 1, 3);
  }

  private static double median(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  boolean isKnown() {
    return samples > 0;
  }

  /** The mean, 0 before the first sample. */
  double get() {
    return mean;
  }
}
