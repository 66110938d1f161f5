package kz.qaqpa.ledger.write;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.ledger.db.Statement;
import org.jspecify.annotations.Nullable;

/**
 * Refused requests by minute, application and reason, until their minute is over and they are
 * written. Bounded: what is more is counted under {@code *}. Any thread counts, one takes.
 */
final class RefusalTally {
  private static final int MOST_KEYS = 8192;
  private static final int MOST_ROWS = 65_536;
  private static final String OTHERS = "*";
  private static final List<String> COLUMNS =
      List.of("since", "agency", "application", "reason", "written_by", "requests");

  private final ConcurrentHashMap<Key, Long> counts = new ConcurrentHashMap<>();
  private final Deque<List<List<@Nullable Object>>> unwritten = new ArrayDeque<>();
  private final AtomicLong lost = new AtomicLong();
  private final String process = UUID.randomUUID().toString();
  private long flushes;
  private int unwrittenRows;

  private record Key(Instant minute, String agency, String application, String reason) {}

  void count(String agency, String application, String reason, Instant at) {
    Instant minute = at.truncatedTo(ChronoUnit.MINUTES);
    Key key =
        new Key(
            minute,
            CleanRecord.text(agency),
            CleanRecord.text(application),
            CleanRecord.text(reason));
    if (counts.size() >= MOST_KEYS && !counts.containsKey(key)) {
      key = new Key(minute, OTHERS, OTHERS, CleanRecord.text(reason));
    }
    counts.merge(key, 1L, Long::sum);
  }

  /** Makes rows of what was counted in minutes before this one. */
  void close(Instant before) {
    flushes++;
    String writtenBy = process + "-" + flushes;
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Key key : counts.keySet()) {
      Long count = key.minute().isBefore(before) ? counts.remove(key) : null;
      if (count != null) {
        rows.add(
            List.of(key.minute(), key.agency(), key.application(), key.reason(), writtenBy, count));
      }
    }
    if (!rows.isEmpty()) {
      unwritten.add(rows);
      unwrittenRows += rows.size();
    }
    while (unwrittenRows > MOST_ROWS) {
      int rowsLost = unwritten.remove().size();
      unwrittenRows -= rowsLost;
      lost.addAndGet(rowsLost);
    }
  }

  /**
   * The oldest rows that are not written yet; empty if there are none. Writing them twice is once.
   */
  List<Statement> oldest() {
    List<List<@Nullable Object>> rows = unwritten.peek();
    return rows == null
        ? List.of()
        : Statement.insert("refusal", COLUMNS, rows, "on conflict do nothing");
  }

  /** Those are written. */
  void written() {
    unwrittenRows -= unwritten.remove().size();
  }

  long lost() {
    return lost.get();
  }
}
