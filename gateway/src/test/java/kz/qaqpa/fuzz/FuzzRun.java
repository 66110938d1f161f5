package kz.qaqpa.fuzz;

import java.time.Duration;
import java.util.Base64;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;

/** Tries of one property, within a time: seconds in CI, minutes in the long run. */
public final class FuzzRun {
  /** No input of these sizes may keep a thread longer. Far above what any takes. */
  private static final Duration LONGEST = Duration.ofSeconds(2);

  private static final int TRIES_AT_ONCE = 500;

  private FuzzRun() {}

  /** What must hold for any input. */
  @FunctionalInterface
  public interface Property {
    /** Throws if it does not; may draw more from {@code random}. */
    void check(byte[] input, RandomGenerator random) throws Exception;
  }

  /** Checks a property on damaged inputs. A failure names seed and input. */
  public static void of(Mutator mutator, Property property) {
    long end = System.nanoTime() + Duration.ofSeconds(TestSize.isLong() ? 600 : 4).toNanos();
    boolean replay = !System.getProperty("qaqpa.test.seed", "").isBlank();
    do {
      Seeds.forRandom(TRIES_AT_ONCE, random -> check(mutator.next(random), random, property));
    } while (!replay && System.nanoTime() < end);
  }

  private static void check(byte[] input, RandomGenerator random, Property property) {
    long start = System.nanoTime();
    try {
      property.check(input, random);
    } catch (Throwable failure) {
      throw new AssertionError("on " + Base64.getEncoder().encodeToString(input), failure);
    }
    long took = System.nanoTime() - start;
    if (took > LONGEST.toNanos()) {
      throw new AssertionError(
          took / 1_000_000 + " ms on " + Base64.getEncoder().encodeToString(input));
    }
  }
}
