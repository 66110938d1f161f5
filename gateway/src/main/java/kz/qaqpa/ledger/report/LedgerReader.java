package kz.qaqpa.ledger.report;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRows;
import kz.qaqpa.ledger.db.Conditions;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Row;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the ledger. Each reading first waits until nothing is in the spool any more, so it has all
 * records that were durable before it began; none twice. Any thread; nothing here waits. What comes
 * comes on threads of the database, and fails with {@link kz.qaqpa.ledger.db.DatabaseFailure} or
 * {@link kz.qaqpa.ledger.LedgerFailure}.
 */
public final class LedgerReader {
  /** Rows read at once: what a reading of any length holds in memory, about twice. */
  private static final int PAGE = 500;

  private final Database database;
  private final Supplier<Mono<Void>> settled;

  /**
   * @param settled completes when the database has all records; fails if that takes too long
   */
  public LedgerReader(Database database, Supplier<Mono<Void>> settled) {
    this.database = database;
    this.settled = settled;
  }

  /**
   * What each application was charged.
   *
   * @param from not before
   * @param to before
   */
  public Flux<UsageTotal> sums(Instant from, Instant to) {
    return Flux.defer(() ->
        settled
            .get()
            .thenMany(
                database.query(
                    row ->
                        new UsageTotal(
                            row.string("agency"),
                            row.string("application"),
                            row.number("requests"),
                            row.number("tokens"),
                            row.number("characters")),
                    "select agency, application, count(*) as requests,"
                        + " cast(sum(prompt_tokens + output_tokens) as bigint) as tokens,"
                        + " cast(sum(prompt_characters + output_characters) as bigint)"
                        + " as characters from usage_record where at >= ? and at < ?"
                        + " group by agency, application order by agency, application",
                    from,
                    to)));
  }

  /** Records by time and id. A reader that takes its time holds nothing of the database. */
  public Flux<UsageRecord> records(UsageFilter filter) {
    return Flux.defer(() ->
        settled
            .get()
            .then(page(filter, null))
            .expand(page -> page.size() < PAGE ? Mono.empty() : page(filter, page.getLast()))
            .concatMapIterable(page -> page, 1));
  }

  private Mono<List<UsageRecord>> page(UsageFilter filter, @Nullable UsageRecord after) {
    Conditions query =
        new Conditions(
            "select * from usage_record where at >= ? and at < ?",
            after == null ? filter.from() : after.at(),
            filter.to());
    if (after != null) {
      query.add(" and (at > ? or id > ?)", after.at(), after.id());
    }
    of(query, filter);
    // Named in the order too: then H2 walks along the index that begins with them.
    query
        .add(" order by ")
        .add(filter.agency() == null ? "" : "agency, ")
        .add(filter.application() == null ? "" : "application, ")
        .add("at, id limit " + PAGE);
    return database.query(UsageRows::record, query.sql(), query.values()).collectList();
  }

  private static Conditions of(Conditions query, UsageFilter filter) {
    return query.and("agency = ?", filter.agency()).and("application = ?", filter.application());
  }

  /** Refused requests by minute, agency, application and reason. */
  public Flux<RefusalTotal> refusals(UsageFilter filter) {
    Conditions query =
        new Conditions(
            "select since, agency, application, reason, cast(sum(requests) as bigint) as requests"
                + " from refusal where since >= ? and since < ?",
            filter.from(),
            filter.to());
    of(query, filter)
        .add(" group by since, agency, application, reason")
        .add(" order by since, agency, application, reason");
    return database.query(LedgerReader::refusal, query.sql(), query.values());
  }

  private static RefusalTotal refusal(Row row) {
    return new RefusalTotal(
        row.instant("since"),
        row.string("agency"),
        row.string("application"),
        row.string("reason"),
        row.number("requests"));
  }
}
