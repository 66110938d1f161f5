package kz.qaqpa.ledger.label;

import java.util.List;
import kz.qaqpa.ledger.UsageRecord;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What is known of labels that were issued. Any thread; nothing here waits. What comes comes on
 * other threads, and fails with {@link kz.qaqpa.ledger.db.DatabaseFailure} or {@link
 * kz.qaqpa.ledger.LedgerFailure} while nobody can say.
 */
public interface LabelRegistry {

  /** The label of an id; empty if none is known. */
  Mono<RegisteredLabel> find(String id);

  /** What the request came to whose answer has this label; empty if that is not known. */
  Mono<UsageRecord> record(String id);

  /**
   * The first label that was issued for a text of one of these hashes, in their order; empty if
   * none was.
   */
  Mono<String> labelOf(List<String> contentSha256);

  /** Labels by their id, which is by time. A reader that takes its time holds nothing. */
  Flux<RegisteredLabel> search(LabelFilter filter);
}
