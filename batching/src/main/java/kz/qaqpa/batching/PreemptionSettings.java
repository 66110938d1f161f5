package kz.qaqpa.batching;

import java.time.Duration;

/**
 * When a request that runs gives its slot to one that waits.
 *
 * @param enabled whether it ever does
 * @param deficit weighted tokens by which an agency must have got less than another of the same
 *     class for its request to take a slot of the other's, 1 to 16,777,216; more than {@link
 *     FairnessSettings#localityQuantum}, or what locality gave would be taken back
 * @param mostTimes how often one request may be preempted, 1 to 100
 * @param interval least time between two preemptions, 0 to 1 h
 */
public record PreemptionSettings(boolean enabled, int deficit, int mostTimes, Duration interval) {

  /** Checks ranges. */
  public PreemptionSettings {
    requireRange("deficit", deficit, 1, 1 << 24);
    requireRange("mostTimes", mostTimes, 1, 100);
    if (interval.isNegative() || interval.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "preemption.interval: " + interval + " (expected: 0 to 1 h)");
    }
  }

  /** What a server starts with. */
  public static PreemptionSettings defaults() {
    return new PreemptionSettings(true, 8_192, 3, Duration.ofMillis(50));
  }

  /** Nobody is ever preempted. */
  public static PreemptionSettings off() {
    return new PreemptionSettings(false, 8_192, 3, Duration.ofMillis(50));
  }

  private static void requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          "preemption." + name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }
}
