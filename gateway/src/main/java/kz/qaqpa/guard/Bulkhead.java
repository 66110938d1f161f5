package kz.qaqpa.guard;

import java.util.function.IntSupplier;

/**
 * A bound on what may be under way, or wait, at once.
 *
 * @param name of a small set
 * @param most that may
 * @param held what is now
 */
public record Bulkhead(String name, int most, IntSupplier held) {

  /** Places that are free now; never negative. */
  public int available() {
    return Math.max(0, most - held.getAsInt());
  }
}
