package kz.qaqpa.admin.audit;

import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicReference;
import kz.qaqpa.ledger.db.Conditions;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Row;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The audit log in the ledger's database. Any thread.
 *
 * <p>Events of this process are written one after the other. Where another gateway was faster, the
 * row that would follow the same one as its row is not inserted, and is made anew behind it.
 */
public final class DatabaseAuditTrail implements AuditTrail {
  /** Gateways that write at once are few, and each of these tries lets one of them through. */
  private static final int MOST_TRIES = 64;

  private static final String INSERT =
      "insert into audit (number, at, who, action, target, before_action, after_action, previous,"
          + " hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing";

  private final Database database;
  private final AtomicReference<Mono<Void>> last = new AtomicReference<>(Mono.empty());

  public DatabaseAuditTrail(Database database) {
    this.database = database;
  }

  /** The end of the log. */
  private record Head(long number, String hash) {}

  @Override
  public Mono<Void> append(AuditEvent event) {
    AuditEvent kept =
        new AuditEvent(
            event.who(),
            event.action(),
            event.target(),
            event.before(),
            event.after(),
            event.at().truncatedTo(ChronoUnit.MICROS));
    return Mono.defer(() -> {
      Sinks.Empty<Void> over = Sinks.empty();
      return last.getAndSet(over.asMono())
          .then(write(kept, MOST_TRIES))
          .doFinally(_ -> over.tryEmitEmpty());
    });
  }

  private Mono<Void> write(AuditEvent event, int tries) {
    return Mono.defer(this::head)
        .flatMap(head -> insert(event, head))
        .flatMap(written -> {
          if (written) {
            return Mono.empty();
          }
          return tries > 1
              ? write(event, tries - 1)
              : Mono.error(new IllegalStateException("audit: others kept writing first"));
        });
  }

  private Mono<Head> head() {
    return database
        .query(
            row -> new Head(row.number("number"), row.string("hash")),
            "select number, hash from audit order by number desc limit 1")
        .next()
        .defaultIfEmpty(new Head(0, AuditChain.START));
  }

  private Mono<Boolean> insert(AuditEvent event, Head head) {
    long number = head.number + 1;
    return database
        .update(
            INSERT,
            number,
            event.at(),
            event.who(),
            event.action(),
            event.target(),
            event.before(),
            event.after(),
            head.hash,
            AuditChain.hash(number, event, head.hash))
        .map(rows -> rows == 1);
  }

  @Override
  public Flux<AuditRecord> read(AuditQuery query) {
    Conditions conditions =
        new Conditions("select * from audit where number > ?", query.after())
            .and("at >= ?", query.from())
            .and("at < ?", query.to())
            .and("who = ?", query.who())
            .and("action = ?", query.action())
            .and("target = ?", query.target())
            .add(" order by number limit ?", query.limit());
    return database.query(DatabaseAuditTrail::record, conditions.sql(), conditions.values());
  }

  private static AuditRecord record(Row row) {
    return new AuditRecord(row.number("number"), event(row), row.string("hash"));
  }

  private static AuditEvent event(Row row) {
    return new AuditEvent(
        row.string("who"),
        row.string("action"),
        row.string("target"),
        row.stringOrNull("before_action"),
        row.stringOrNull("after_action"),
        row.instant("at"));
  }

  @Override
  public Mono<AuditVerdict> verify() {
    return Mono.defer(() -> {
      Check check = new Check();
      return database
          .query(check::add, "select * from audit order by number")
          .takeUntil(fine -> !fine)
          .then(Mono.fromSupplier(check::verdict));
    });
  }

  /** Walks the log once, row after row. Used by one thread at a time. */
  private static final class Check {
    private long records;
    private String head = AuditChain.START;
    private @Nullable Long broken;
    private @Nullable String problem;

    /** Whether a row is as it was written. */
    boolean add(Row row) {
      long number = row.number("number");
      records++;
      if (number != records) {
        return breaks(number, "number " + number + " (expected: " + records + ")");
      }
      if (!row.string("previous").equals(head)) {
        return breaks(number, "does not follow the record before it");
      }
      String hash = AuditChain.hash(number, event(row), head);
      if (!row.string("hash").equals(hash)) {
        return breaks(number, "is not as it was written");
      }
      head = hash;
      return true;
    }

    private boolean breaks(long number, String what) {
      broken = number;
      problem = what;
      return false;
    }

    AuditVerdict verdict() {
      return new AuditVerdict(records, broken, problem, head);
    }
  }
}
