package kz.qaqpa.ledger;

/**
 * What the ledger knows of itself.
 *
 * @param lagSeconds age of the oldest record that is not in the database yet, 0 if all are
 * @param waiting records that are in memory, on their way to a commit
 * @param spooled what waits on disk for a database that is away
 * @param committed records written to the database since the start
 * @param commits transactions that wrote them
 * @param failures transactions that failed or took too long
 * @param lost what could be kept nowhere
 * @param database whether commits go to the database
 */
public record LedgerStats(
    double lagSeconds,
    long waiting,
    Spooled spooled,
    long committed,
    long commits,
    long failures,
    Lost lost,
    DatabaseState database) {

  /**
   * What waits on disk.
   *
   * @param records that wait
   * @param bytes of their files
   * @param capacity bytes at most: what was allowed and what the disk has room for
   */
  public record Spooled(long records, long bytes, long capacity) {}

  /**
   * What could be kept nowhere, since the start.
   *
   * @param dropped records that were dropped from a full spool
   * @param failed records whose requests were told so
   * @param refusals rows of refused requests
   */
  public record Lost(long dropped, long failed, long refusals) {}

  /** Whether commits go to the database: states of a circuit breaker. */
  public enum DatabaseState {
    /** They do. */
    CLOSED,
    /** They go to the spool. */
    OPEN,
    /** They go to the spool, and one is tried. */
    HALF_OPEN
  }
}
