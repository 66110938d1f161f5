package kz.qaqpa.cli.bench.result;

import java.util.Arrays;
import java.util.Locale;

/**
 * One figure: the median over rounds and its spread.
 *
 * @param name words from the general to the special, such as {@code edge.gateway.events}
 * @param unit such as {@code events/s}; {@link #RATIO} for what compares two sides of one run
 * @param better which way is better
 * @param median of the rounds; NaN if no round measured it
 * @param least of the rounds; NaN likewise
 * @param most of the rounds; NaN likewise
 * @param rounds that measured it; 0 or more
 */
public record Figure(
    String name, String unit, Better better, double median, double least, double most, int rounds) {
  /** The unit of a ratio within one run, which says something on another machine too. */
  public static final String RATIO = "ratio";

  /** Which way is better. */
  public enum Better {
    HIGHER,
    LOWER,
    /** Told, never judged. */
    NEITHER
  }

  public Figure {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: \"" + name + "\" (expected: words)");
    }
    if (rounds < 0) {
      throw new IllegalArgumentException("rounds: " + rounds + " (expected: 0 or more)");
    }
    boolean isOrdered = least <= median && median <= most && Double.isFinite(most - least);
    boolean isNothing = Double.isNaN(median) && Double.isNaN(least) && Double.isNaN(most);
    if (rounds == 0 ? !isNothing : !isOrdered) {
      throw new IllegalArgumentException(
          name
              + ": least "
              + least
              + ", median "
              + median
              + ", most "
              + most
              + " of "
              + rounds
              + " rounds (expected: finite, in this order)");
    }
  }

  /**
   * Of what each round measured.
   *
   * @param rounds in any order; what is not finite was not measured
   */
  public static Figure of(String name, String unit, Better better, double... rounds) {
    double[] sorted = Arrays.stream(rounds).filter(Double::isFinite).sorted().toArray();
    int n = sorted.length;
    if (n == 0) {
      return new Figure(name, unit, better, Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Figure(name, unit, better, median, sorted[0], sorted[n - 1], n);
  }

  /** Of a ratio, in percent: the median, and the range in parentheses. */
  public String percent() {
    return String.format(
        Locale.ROOT, "%.1f %% (%.1f to %.1f)", 100 * median, 100 * least, 100 * most);
  }

  /** Whether it compares two sides of one run. */
  public boolean isRatio() {
    return unit.equals(RATIO);
  }
}
