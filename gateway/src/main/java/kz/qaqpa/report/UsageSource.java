package kz.qaqpa.report;

import java.time.Instant;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/** Where reports read what was used. Any thread; nothing here waits. */
@FunctionalInterface
public interface UsageSource {

  /**
   * Records in the order of (at, id).
   *
   * @param agency of which agency, null for all
   * @param application of which of its applications, null for all
   * @param from at or after
   * @param to before
   * @return reads no further ahead of what is asked for than a bounded number of records, and stops
   *     and frees what it holds when it is cancelled; fails with {@link
   *     kz.qaqpa.ledger.LedgerFailure} while they cannot be read
   */
  Flux<UsageRecord> records(
      @Nullable String agency, @Nullable String application, Instant from, Instant to);
}
