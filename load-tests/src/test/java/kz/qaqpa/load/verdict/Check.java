package kz.qaqpa.load.verdict;

import java.util.Locale;
import java.util.function.Supplier;

/**
 * Something that has to hold at the end of a run. Looked at once, after the last answer.
 *
 * @param name short, and what is expected: {@code TTFT p99 <= 2000 ms}
 * @param look finds out
 */
public record Check(String name, Supplier<Finding> look) {

  /**
   * What was found.
   *
   * @param holds whether it is as expected
   * @param found for a person
   */
  public record Finding(boolean holds, String found) {}

  /** A number that must not be above another. */
  public static Check atMost(String name, double most, String unit, Supplier<Double> value) {
    return new Check(
        "%s <= %s %s".formatted(name, number(most), unit).strip(),
        () -> {
          double found = value.get();
          return new Finding(found <= most, "%s %s".formatted(number(found), unit).strip());
        });
  }

  /** A number that must not be below another. */
  public static Check atLeast(String name, double least, String unit, Supplier<Double> value) {
    return new Check(
        "%s >= %s %s".formatted(name, number(least), unit).strip(),
        () -> {
          double found = value.get();
          return new Finding(found >= least, "%s %s".formatted(number(found), unit).strip());
        });
  }

  /** As many digits as tell something. */
  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, Math.abs(value) < 10 ? "%.3f" : "%.1f", value);
  }
}
