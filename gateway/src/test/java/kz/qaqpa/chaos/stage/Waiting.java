package kz.qaqpa.chaos.stage;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import kz.qaqpa.cli.process.MetricsPage;

/** Looks again and again until something is so. Any thread. */
public final class Waiting {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long BETWEEN_NANOS = 5_000_000;

  private Waiting() {}

  /**
   * Waits at most 60 s.
   *
   * @return what was seen
   * @throws AssertionError with what was seen last
   */
  public static <T> T until(Callable<T> look, Predicate<T> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      T seen = look.call();
      if (wanted.test(seen)) {
        return seen;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE + ": " + seen);
      }
      LockSupport.parkNanos(BETWEEN_NANOS);
    }
  }

  /** The sum of all series of a metric in what was scraped; 0 if there is none. */
  public static double metric(String scrape, String name) {
    return MetricsPage.parse(scrape).sum(name);
  }
}
