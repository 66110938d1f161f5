package kz.qaqpa.report;

import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * What is to be reported.
 *
 * @param agency whose use; null for all agencies
 * @param application which of its applications; null for all. Never without an agency
 * @param from beginning, included
 * @param to end, excluded; after {@code from}
 * @param bucket how long each row's time is
 * @param by what tells rows apart; with the application always its agency
 */
public record ReportQuery(
    @Nullable String agency,
    @Nullable String application,
    Instant from,
    Instant to,
    Bucket bucket,
    Set<Dimension> by) {

  /** Adds the agency to the application. */
  public ReportQuery {
    if (application != null && agency == null) {
      throw new IllegalArgumentException("application: without an agency (expected: with one)");
    }
    if (!from.isBefore(to)) {
      throw new IllegalArgumentException("to: " + to + " (expected: after " + from + ")");
    }
    Set<Dimension> all = EnumSet.noneOf(Dimension.class);
    all.addAll(by);
    if (all.contains(Dimension.APPLICATION)) {
      all.add(Dimension.AGENCY);
    }
    by = Collections.unmodifiableSet(all);
  }

  /** Whether a record is among what was asked for. */
  boolean covers(UsageRecord record) {
    return (agency == null || agency.equals(record.who().agency()))
        && (application == null || application.equals(record.who().application()))
        && !record.at().isBefore(from)
        && record.at().isBefore(to);
  }
}
