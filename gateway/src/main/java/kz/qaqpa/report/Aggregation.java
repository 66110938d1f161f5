package kz.qaqpa.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * Sums up records as they pass by in the order of time. It holds the groups of one bucket and
 * nothing of those before: a year costs no more memory than its fullest hour, day or month.
 *
 * <p>Confined to one subscription.
 */
final class Aggregation {
  /** Most rows of a part. */
  static final int MOST_ROWS = 64;

  private final ReportQuery query;
  private final Map<Row.Group, Totals> groups = new HashMap<>();
  private final Map<Language, Totals> languages = new EnumMap<>(Language.class);
  private Bucket.@Nullable Span span;

  Aggregation(ReportQuery query) {
    this.query = query;
  }

  /**
   * Takes the next record.
   *
   * @return the beginning for the first one, the rows of a bucket that it ended, or nothing
   * @throws IllegalStateException if it was not asked for, or time went back: such a report would
   *     be wrong, or somebody else's
   */
  List<Part> add(UsageRecord record) {
    if (!query.covers(record)) {
      throw new IllegalStateException("record: outside what was asked for");
    }
    List<Part> ready = List.of();
    if (span == null || !span.contains(record.at())) {
      if (span != null && record.at().isBefore(span.end())) {
        throw new IllegalStateException("record: before the one before it");
      }
      ready = beginOrEndSpan();
      span = query.bucket().at(record.at());
    }
    groups.compute(
        Row.Group.of(record, query.by()),
        (_, totals) -> (totals == null ? Totals.NOTHING : totals).plus(record));
    languages.merge(record.language(), Totals.NOTHING.plus(record), Totals::plus);
    return ready;
  }

  /** What is left when there are no more records. */
  List<Part> end() {
    List<Part> last = new ArrayList<>(beginOrEndSpan());
    Totals total = languages.values().stream().reduce(Totals.NOTHING, Totals::plus);
    last.add(new Part.Summary(Collections.unmodifiableMap(languages), total));
    return last;
  }

  /** Groups held now. */
  int held() {
    return groups.size();
  }

  private List<Part> beginOrEndSpan() {
    Bucket.Span over = span;
    if (over == null) {
      return List.of(new Part.Beginning());
    }
    List<Row> rows =
        groups.entrySet().stream()
            .sorted(Map.Entry.comparingByKey(Row.Group.ORDER))
            .map(entry -> new Row(over, entry.getKey(), entry.getValue()))
            .toList();
    groups.clear();
    List<Part> parts = new ArrayList<>();
    for (int from = 0; from < rows.size(); from += MOST_ROWS) {
      parts.add(new Part.Rows(rows.subList(from, Math.min(rows.size(), from + MOST_ROWS))));
    }
    return parts;
  }
}
