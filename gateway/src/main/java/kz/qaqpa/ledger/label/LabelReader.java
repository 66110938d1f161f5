package kz.qaqpa.ledger.label;

import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRows;
import kz.qaqpa.ledger.db.Conditions;
import kz.qaqpa.ledger.db.Database;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the registry of labels. Each reading first waits until nothing is in the spool any more, so
 * it has all labels that were durable before it began.
 */
public final class LabelReader implements LabelRegistry {
  /** Rows read at once: some 5 KB each. */
  private static final int PAGE = 200;

  /** An id's time and its label's may differ by the rounding to whole seconds. */
  private static final long SLACK_SECONDS = 2;

  private final Database database;
  private final Supplier<Mono<Void>> settled;

  /**
   * @param settled completes when the database has all labels; fails if that takes too long
   */
  public LabelReader(Database database, Supplier<Mono<Void>> settled) {
    this.database = database;
    this.settled = settled;
  }

  @Override
  public Mono<RegisteredLabel> find(String id) {
    return settled(database.query(LabelRows::label, "select * from label where id = ?", id)).next();
  }

  @Override
  public Mono<UsageRecord> record(String id) {
    return settled(
            database.query(
                UsageRows::record,
                "select r.* from label l join usage_record r"
                    + " on r.at = l.record_at and r.id = l.record_id where l.id = ?",
                id))
        .next();
  }

  @Override
  public Mono<String> labelOf(List<String> contentSha256) {
    return settled(Flux.fromIterable(contentSha256).concatMap(this::labelOf)).next();
  }

  /** One hash may be that of very many short answers: along the index, and no further. */
  private Flux<String> labelOf(String hash) {
    return database.query(
        row -> row.string("label_id"),
        "select label_id from label_content where sha256 = ? order by sha256, label_id limit 1",
        hash);
  }

  @Override
  public Flux<RegisteredLabel> search(LabelFilter filter) {
    return settled(
        page(filter, filter.after())
            .expand(page -> page.size() < PAGE ? Mono.empty() : page(filter, page.getLast().id()))
            .concatMapIterable(page -> page, 1)
            .take(filter.limit()));
  }

  private Mono<List<RegisteredLabel>> page(LabelFilter filter, @Nullable String after) {
    String first = Ulid.first(filter.from().minusSeconds(SLACK_SECONDS));
    Conditions query =
        new Conditions(
                "select * from label where id > ? and id < ?",
                after != null && after.compareTo(first) > 0 ? after : first,
                Ulid.first(filter.to().plusSeconds(SLACK_SECONDS)))
            .and("at >= ?", filter.from())
            .and("at < ?", filter.to())
            .and("agency = ?", filter.agency())
            .and("application = ?", filter.application())
            .and("model = ?", filter.model())
            .and("risk = ?", filter.risk())
            // Named in the order too: then H2 walks along the index that begins with them.
            .add(" order by ")
            .add(filter.agency() == null ? "" : "agency, ")
            .add(filter.application() == null ? "" : "application, ")
            .add("id limit " + PAGE);
    return database.query(LabelRows::label, query.sql(), query.values()).collectList();
  }

  private <T> Flux<T> settled(Flux<T> reading) {
    return Flux.defer(() -> settled.get().thenMany(reading));
  }
}
