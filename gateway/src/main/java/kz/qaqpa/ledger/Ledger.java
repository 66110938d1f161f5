package kz.qaqpa.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where what was used is written down for good. Any thread; nothing here waits.
 *
 * <p>A record is durable before the last event of its answer leaves, so that whoever saw an answer
 * end finds it here, whatever happens to the process afterwards.
 */
public interface Ledger {

  /**
   * Writes a record down, and with it, all or nothing, the label of its answer. What is written
   * twice counts once.
   *
   * @param label of the answer, or null if nothing was delivered; its id is the record's {@link
   *     UsageRecord#labelId}
   * @return completes, on any thread, when the record would survive the end of the process; fails
   *     with {@link LedgerFailure} if it can be kept nowhere. Begins at once, whether or not
   *     anybody subscribes, and goes on when a subscriber leaves
   */
  Mono<Void> append(UsageRecord record, @Nullable IssuedLabel label);

  /** Writes a record of a request that has no answer down. */
  default Mono<Void> append(UsageRecord record) {
    return append(record, null);
  }

  /**
   * Counts a request that was refused: one row for each minute, application and reason. Lost if the
   * process ends before the minute does.
   *
   * @param reason what metrics call it
   */
  void refused(String agency, String application, String reason, Instant at);

  /**
   * Why no new work should be taken, or null: there is no room for its record.
   *
   * @return words for clients
   */
  @Nullable String full();
}
