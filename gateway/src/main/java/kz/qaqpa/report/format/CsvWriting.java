package kz.qaqpa.report.format;

import java.util.List;
import kz.qaqpa.report.Part;
import kz.qaqpa.report.ReportQuery;
import kz.qaqpa.report.Row;
import org.jspecify.annotations.Nullable;

/** A report as CSV. The summary is left to whoever opens it: a sheet adds up by itself. */
final class CsvWriting implements ReportFormat.Writing {
  private static final String LINE_END = "\r\n";

  /** What a sheet would take for a formula, also in full width. */
  private static final String FORMULA = "=+-@\t\r\n＝＋－＠";

  private final List<Column<Row>> columns;

  CsvWriting(ReportQuery query) {
    columns = Column.of(query);
  }

  @Override
  public String text(Part part) {
    return switch (part) {
      case Part.Beginning _ ->
          String.join(",", columns.stream().map(Column::name).toList()) + LINE_END;
      case Part.Rows rows -> {
        StringBuilder text = new StringBuilder();
        rows.rows().forEach(row -> line(row, text));
        yield text.toString();
      }
      case Part.Summary _ -> "";
    };
  }

  private void line(Row row, StringBuilder text) {
    String separator = "";
    for (Column<Row> column : columns) {
      text.append(separator).append(field(column.value().apply(row)));
      separator = ",";
    }
    text.append(LINE_END);
  }

  /** Text that looks like a formula gets an apostrophe before it, as OWASP has it. */
  static String field(@Nullable Object value) {
    if (!(value instanceof String text)) {
      return value == null ? "" : value.toString();
    }
    String safe = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    boolean plain = safe.equals(text) && safe.chars().noneMatch(c -> ",\"\r\n".indexOf(c) >= 0);
    return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
  }
}
