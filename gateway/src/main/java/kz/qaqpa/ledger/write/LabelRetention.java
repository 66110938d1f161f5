package kz.qaqpa.ledger.write;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.db.Statement;
import kz.qaqpa.ledger.write.DurableLedger.Timing;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes labels that are old enough, a few at a time, so that no commit waits long behind it. One
 * thread, which waits for the database.
 */
final class LabelRetention {
  private static final Logger LOG = LoggerFactory.getLogger(LabelRetention.class);

  /** Labels of one transaction: some milliseconds. */
  static final int BATCH = 200;

  private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(10);

  private final Database database;
  private final Duration retention;
  private final Duration timeout;
  private final InstantSource clock;
  private Instant next = Instant.MIN;

  LabelRetention(Database database, Timing timing, InstantSource clock) {
    this.database = database;
    this.retention = timing.labelRetention();
    this.timeout = timing.commitTimeout();
    this.clock = clock;
  }

  /** Deletes one batch, if it is time to look; looks again at once while there are more. */
  void round() {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(BETWEEN_LOOKS);
    try {
      String before = Ulid.first(now.minus(retention));
      List<String> old = old(before);
      if (old != null && !old.isEmpty()) {
        delete(old.getLast());
        next = old.size() < BATCH ? next : now;
      }
    } catch (DatabaseFailure | IllegalStateException e) { // The latter is Reactor's timeout.
      LOG.warn("old labels could not be deleted: {}", e.getClass().getSimpleName());
    }
  }

  private @Nullable List<String> old(String before) {
    return database
        .query(
            row -> row.string("id"),
            "select id from label where id < ? order by id limit " + BATCH,
            before)
        .collectList()
        .block(timeout);
  }

  /** Everything up to an id: it can be carried out any number of times. */
  private void delete(String last) {
    database
        .transaction(
            List.of(
                Statement.of("delete from label where id <= ?", last),
                Statement.of("delete from label_content where label_id <= ?", last)))
        .block(timeout);
  }
}
