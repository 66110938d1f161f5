package kz.qaqpa.ledger.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRows;
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
    StringBuilder sql = new StringBuilder("select * from usage_record where at >= ? and at < ?");
    List<Object> parameters = new ArrayList<>();
    parameters.add(after == null ? filter.from() : after.at());
    parameters.add(filter.to());
    if (after != null) {
      sql.append(" and (at > ? or id > ?)");
      parameters.add(after.at());
      parameters.add(after.id());
    }
    // Named in the order too: then H2 walks along the index that begins with them.
    String order = " order by ";
    if (filter.agency() != null) {
      sql.append(" and agency = ?");
      parameters.add(filter.agency());
      order += "agency, ";
    }
    if (filter.application() != null) {
      sql.append(" and application = ?");
      parameters.add(filter.application());
      order += "application, ";
    }
    sql.append(order).append("at, id limit ").append(PAGE);
    return database.query(UsageRows::record, sql.toString(), parameters.toArray()).collectList();
  }

  /** Refused requests by minute, agency, application and reason. */
  public Flux<RefusalTotal> refusals(UsageFilter filter) {
    StringBuilder sql =
        new StringBuilder(
            "select since, agency, application, reason, cast(sum(requests) as bigint) as requests"
                + " from refusal where since >= ? and since < ?");
    List<Object> parameters = new ArrayList<>(List.of(filter.from(), filter.to()));
    if (filter.agency() != null) {
      sql.append(" and agency = ?");
      parameters.add(filter.agency());
    }
    if (filter.application() != null) {
      sql.append(" and application = ?");
      parameters.add(filter.application());
    }
    sql.append(" group by since, agency, application, reason");
    sql.append(" order by since, agency, application, reason");
    return database.query(LedgerReader::refusal, sql.toString(), parameters.toArray());
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
