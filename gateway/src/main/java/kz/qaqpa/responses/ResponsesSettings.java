package kz.qaqpa.responses;

import java.time.Duration;
import kz.qaqpa.config.Expect;

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
    Expect.range("responses.storeEntries", storeEntries, 1, MOST_ENTRIES);
    Expect.range("responses.storeBytes", storeBytes, LEAST_BYTES, MOST_BYTES);
    Expect.range("responses.storeTtl", storeTtl, SHORTEST, LONGEST);
  }
}
