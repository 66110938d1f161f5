package kz.qaqpa.responses;

import java.time.Duration;

/**
 * Section {@code responses}: what is kept of answers, in memory only.
 *
 * @param storeEntries most responses that are kept, 1 to 10 million
 * @param storeBytes most bytes that they take together, 1 MiB to 1 TiB; the least used go first
 * @param storeTtl how long one is kept, 1 s to 30 d
 */
public record ResponsesSettings(int storeEntries, long storeBytes, Duration storeTtl) {
  private static final int MOST_ENTRIES = 10_000_000;
  private static final long LEAST_BYTES = 1L << 20;
  private static final long MOST_BYTES = 1L << 40;
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(30);

  /** Checks ranges. */
  public ResponsesSettings {
    check("storeEntries", storeEntries, 1, MOST_ENTRIES);
    check("storeBytes", storeBytes, LEAST_BYTES, MOST_BYTES);
    if (storeTtl.compareTo(SHORTEST) < 0 || storeTtl.compareTo(LONGEST) > 0) {
      throw wrong("storeTtl", storeTtl, SHORTEST, LONGEST);
    }
  }

  private static void check(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw wrong(name, value, low, high);
    }
  }

  private static IllegalArgumentException wrong(
      String name, Object value, Object low, Object high) {
    return new IllegalArgumentException(
        "responses." + name + ": " + value + " (expected: " + low + " to " + high + ")");
  }
}
