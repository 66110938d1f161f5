package kz.qaqpa.testing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Randomised tests that can be replayed: each try has a seed of its own, a failure prints it, and
 * {@code -Dqaqpa.test.seed=…} runs that one alone.
 */
public final class Seeds {
  private static final String PROPERTY = "qaqpa.test.seed";

  private Seeds() {}

  /** A property to check on random input. */
  @FunctionalInterface
  public interface Property {
    /** Draws its input from {@code random} only, and throws if the property does not hold. */
    void check(RandomGenerator random) throws Exception;
  }

  /**
   * Checks a property {@code tries} times, or once if a seed is given by system property.
   *
   * @throws AssertionError naming the seed of the first try that failed
   */
  public static void forRandom(int tries, Property property) {
    String replay = System.getProperty(PROPERTY, "");
    if (!replay.isBlank()) {
      check(Long.decode(replay.trim()), property);
      return;
    }
    SplittableRandom seeds = new SplittableRandom(System.nanoTime());
    for (int i = 0; i < tries; i++) {
      check(seeds.nextLong(), property);
    }
  }

  private static void check(long seed, Property property) {
    try {
      property.check(new SplittableRandom(seed));
    } catch (Throwable failure) {
      throw new AssertionError(
          "failed with seed " + seed + "; replay with -D" + PROPERTY + "=" + seed, failure);
    }
  }
}
