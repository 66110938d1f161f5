package kz.qaqpa.report;

import java.util.List;
import java.util.Map;
import kz.qaqpa.language.Language;

/** A piece of a report: one {@link Beginning}, any number of {@link Rows}, one {@link Summary}. */
public sealed interface Part {

  /** Records are being read; nothing can be said of them yet. */
  record Beginning() implements Part {}

  /**
   * The next rows, in the order of time, then of their groups.
   *
   * @param rows 1 to {@value Aggregation#MOST_ROWS}
   */
  record Rows(List<Row> rows) implements Part {}

  /**
   * All of it together.
   *
   * @param languages by language, those that occurred, in the order of {@link Language}
   * @param total of all languages
   */
  record Summary(Map<Language, Totals> languages, Totals total) implements Part {}
}
