package kz.qaqpa.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import kz.qaqpa.config.Expect;

/**
 * Section {@code ledger}: where what was used is written down.
 *
 * @param folder for the embedded database and for what waits for a database that is away; of one
 *     gateway alone
 * @param url {@code postgresql://host:port/database}, or empty for the embedded database
 * @param user of PostgreSQL
 * @param passwordFile file with that user's password, or empty if none is needed
 * @param poolSize connections that read, 1 to 256
 * @param commitDelay how long records may be gathered for one commit, at most 1 s
 * @param commitTimeout after which the database counts as away, 100 ms to 1 min
 * @param spoolBytes room for records while the database is away, 16 MiB to 1 TiB
 * @param whenFull what happens when that room is used up
 */
public record LedgerSettings(
    Path folder,
    String url,
    String user,
    String passwordFile,
    int poolSize,
    Duration commitDelay,
    Duration commitTimeout,
    long spoolBytes,
    WhenFull whenFull) {
  private static final Pattern URL =
      Pattern.compile(
          "postgresql://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+])(:[0-9]{1,5})?/[A-Za-z0-9_.-]+"
              + "(\\?[A-Za-z]+=[^&?#]+(&[A-Za-z]+=[^&?#]+)*)?");

  /** What happens when there is no room for further records. */
  public enum WhenFull {
    /** New requests are refused. */
    REFUSE,
    /** The oldest records that wait are lost, and counted. */
    DROP_OLDEST_AND_COUNT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Checks ranges. */
  public LedgerSettings {
    if (!url.isEmpty() && !URL.matcher(url).matches()) {
      throw new IllegalArgumentException(
          "url: not one of PostgreSQL (expected: postgresql://host:port/database, or nothing for"
              + " the embedded database)");
    }
    if (!url.isEmpty() && user.isBlank()) {
      throw new IllegalArgumentException("user: absent (expected: a user of PostgreSQL)");
    }
    Expect.range("poolSize", poolSize, 1, 256);
    Expect.range("commitDelay", commitDelay, Duration.ZERO, Duration.ofSeconds(1));
    Expect.range("commitTimeout", commitTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Expect.range("spoolBytes", spoolBytes, 16L << 20, 1L << 40);
  }
}
