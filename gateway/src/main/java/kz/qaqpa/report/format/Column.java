package kz.qaqpa.report.format;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import kz.qaqpa.language.Language;
import kz.qaqpa.report.Dimension;
import kz.qaqpa.report.ReportQuery;
import kz.qaqpa.report.Row;
import kz.qaqpa.report.Totals;
import org.jspecify.annotations.Nullable;

/**
 * A column of a report, under the same name in every format.
 *
 * @param name as it is written
 * @param value text, {@link Long}, {@link BigDecimal}, or null where there is none
 */
record Column<T>(String name, Function<T, @Nullable Object> value) {

  /** What was used. */
  static final List<Column<Totals>> TOTALS =
      List.of(
          new Column<>("requests", Totals::requests),
          new Column<>("prompt_tokens", Totals::promptTokens),
          new Column<>("cached_tokens", Totals::cachedTokens),
          new Column<>("output_tokens", Totals::outputTokens),
          new Column<>("prompt_characters", Totals::promptCharacters),
          new Column<>("output_characters", Totals::outputCharacters),
          new Column<>("tokens_per_character", Totals::tokensPerCharacter));

  /** The columns of a report's rows. */
  static List<Column<Row>> of(ReportQuery query) {
    List<Column<Row>> columns = new ArrayList<>();
    columns.add(new Column<>("period", row -> row.span().label()));
    columns.add(new Column<>("start", row -> Times.text(row.span().start())));
    for (Dimension dimension : query.by()) {
      columns.add(new Column<>(dimension.tag(), row -> value(row.group(), dimension)));
    }
    for (Column<Totals> column : TOTALS) {
      columns.add(new Column<>(column.name(), row -> column.value().apply(row.totals())));
    }
    return columns;
  }

  private static @Nullable Object value(Row.Group group, Dimension dimension) {
    return switch (dimension) {
      case AGENCY -> group.agency();
      case APPLICATION -> group.application();
      case MODEL -> group.model();
      case LANGUAGE -> {
        Language language = group.language();
        yield language == null ? null : language.tag();
      }
    };
  }
}
