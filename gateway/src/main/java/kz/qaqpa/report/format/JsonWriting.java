package kz.qaqpa.report.format;

import java.util.List;
import java.util.Map;
import kz.qaqpa.language.Language;
import kz.qaqpa.report.Dimension;
import kz.qaqpa.report.Part;
import kz.qaqpa.report.ReportQuery;
import kz.qaqpa.report.Row;
import kz.qaqpa.report.Totals;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.io.JsonStringEncoder;

/** A report as one JSON object; only its end says that it is whole. */
final class JsonWriting implements ReportFormat.Writing {
  private static final JsonStringEncoder STRINGS = JsonStringEncoder.getInstance();

  private final ReportQuery query;
  private final List<Column<Row>> columns;
  private String separator = "\n";

  JsonWriting(ReportQuery query) {
    this.query = query;
    this.columns = Column.of(query);
  }

  @Override
  public String text(Part part) {
    StringBuilder text = new StringBuilder();
    switch (part) {
      case Part.Beginning _ -> begin(text);
      case Part.Rows rows -> rows.rows().forEach(row -> row(text, row));
      case Part.Summary summary -> end(text, summary);
    }
    return text.toString();
  }

  private void begin(StringBuilder text) {
    text.append("{\"object\":\"usage.report\"");
    member(text.append(','), "from", Times.text(query.from()));
    member(text.append(','), "to", Times.text(query.to()));
    member(text.append(','), "agency", query.agency());
    member(text.append(','), "application", query.application());
    member(text.append(','), "bucket", query.bucket().tag());
    text.append(",\"group_by\":[");
    String comma = "";
    for (Dimension dimension : query.by()) {
      text.append(comma);
      value(text, dimension.tag());
      comma = ",";
    }
    text.append("],\"data\":[");
  }

  private void row(StringBuilder text, Row row) {
    members(text.append(separator).append('{'), columns, row);
    text.append('}');
    separator = ",\n";
  }

  private static void end(StringBuilder text, Part.Summary summary) {
    text.append("\n],\"languages\":[");
    String comma = "\n";
    for (Map.Entry<Language, Totals> entry : summary.languages().entrySet()) {
      text.append(comma).append('{');
      member(text, "language", entry.getKey().tag());
      members(text.append(','), Column.TOTALS, entry.getValue());
      text.append('}');
      comma = ",\n";
    }
    text.append("\n],\"total\":{");
    members(text, Column.TOTALS, summary.total());
    text.append("}}\n");
  }

  private static <T> void members(StringBuilder text, List<Column<T>> columns, T of) {
    String comma = "";
    for (Column<T> column : columns) {
      member(text.append(comma), column.name(), column.value().apply(of));
      comma = ",";
    }
  }

  private static void member(StringBuilder text, String name, @Nullable Object value) {
    text.append('"').append(name).append("\":");
    value(text, value);
  }

  private static void value(StringBuilder text, @Nullable Object value) {
    if (value instanceof String string) {
      text.append('"');
      STRINGS.quoteAsString(string, text);
      text.append('"');
    } else {
      text.append(value); // A number, or null.
    }
  }
}
