package kz.qaqpa.chaos.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import kz.qaqpa.testing.TestSize;

/**
 * How long it took until all was well again, as often as it was tried; told on standard output.
 * Used by one thread.
 */
public final class Recoveries {
  private static final int LONG_ROUNDS = 5;

  private final String fault;
  private final List<Long> nanos = new ArrayList<>();

  /** A round. */
  @FunctionalInterface
  public interface Round {
    /** Makes it happen; how long the recovery took, in nanoseconds. */
    long run() throws Exception;
  }

  private Recoveries(String fault) {
    this.fault = fault;
  }

  /**
   * Lets it happen once, or five times in a long run.
   *
   * @param fault what happens, and what the time is from and to
   */
  public static void of(String fault, Round round) throws Exception {
    Recoveries recoveries = new Recoveries(fault);
    for (int i = 0; i < TestSize.tries(1, LONG_ROUNDS); i++) {
      recoveries.nanos.add(round.run());
    }
    recoveries.tell();
  }

  private void tell() {
    List<Long> sorted = nanos.stream().sorted().toList();
    System.out.printf(
        Locale.ROOT,
        "recovery | %s | median %d ms of %d (%s)%n",
        fault,
        millis(sorted.get(sorted.size() / 2)),
        sorted.size(),
        nanos.stream().map(n -> Long.toString(millis(n))).collect(Collectors.joining(", ")));
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }
}
