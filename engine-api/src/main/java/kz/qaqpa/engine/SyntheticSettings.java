package kz.qaqpa.engine;

/**
 * What the synthetic engine pretends: a step takes {@code stepMicros}, and more for each row and
 * for each token of a prompt in it. Microseconds, each 0 to 10,000,000; a step without cost is over
 * at once.
 *
 * @param seed decides the tokens of all answers
 * @param stepMicros of every step, however small
 * @param rowMicros of each row of one token: an answer that runs on
 * @param promptTokenMicros of each token of the other rows
 */
public record SyntheticSettings(
    long seed, double stepMicros, double rowMicros, double promptTokenMicros) {
  private static final double MOST_MICROS = 10_000_000;

  /** Steps that cost nothing. */
  public static final SyntheticSettings FREE = new SyntheticSettings(1, 0, 0, 0);

  /** Checks ranges. */
  public SyntheticSettings {
    requireMicros("stepMicros", stepMicros);
    requireMicros("rowMicros", rowMicros);
    requireMicros("promptTokenMicros", promptTokenMicros);
  }

  private static void requireMicros(String name, double value) {
    if (!(value >= 0 && value <= MOST_MICROS)) { // Negated, so that NaN is refused too.
      throw new IllegalArgumentException(
          "engine.synthetic." + name + ": " + value + " (expected: 0 to 10000000)");
    }
  }
}
