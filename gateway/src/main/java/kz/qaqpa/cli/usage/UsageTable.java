package kz.qaqpa.cli.usage;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.cli.client.ServerError;
import kz.qaqpa.cli.client.TerminalText;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A report as a table for people, row by row as they come. The first rows are waited for, so that
 * columns can be as wide as they need; later rows go by those. Used by one thread.
 */
public final class UsageTable {
  /** Rows that the widths of columns are taken from. */
  static final int FIRST_ROWS = 200;

  /** Trees are read out of the middle of a document. */
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** What tells rows apart: name on the wire, and as it is shown. */
  private static final List<Column> NAMES =
      List.of(
          new Column("period", "period", false),
          new Column("agency", "agency", false),
          new Column("application", "application", false),
          new Column("model", "model", false),
          new Column("language", "language", false));

  private static final List<Column> TOTALS =
      List.of(
          new Column("requests", "requests", true),
          new Column("prompt_tokens", "tokens in", true),
          new Column("cached_tokens", "cached", true),
          new Column("output_tokens", "tokens out", true),
          new Column("prompt_characters", "characters in", true),
          new Column("output_characters", "characters out", true),
          new Column("tokens_per_character", "tokens/character", true));

  private final PrintStream out;
  private List<Column> columns = List.of();
  private final List<JsonNode> first = new ArrayList<>();
  private int @Nullable [] widths;

  private record Column(String name, String title, boolean number) {
    String text(JsonNode row) {
      JsonNode value = row.path(name);
      if (value.isMissingNode() || value.isNull()) {
        return "-";
      }
      if (value.isIntegralNumber()) {
        return String.format(Locale.ROOT, "%,d", value.asLong());
      }
      return value.isNumber()
          ? String.format(Locale.ROOT, "%.3f", value.asDouble())
          : TerminalText.line(value.asString());
    }

    String padded(String text, int width) {
      String spaces = " ".repeat(Math.max(0, width - text.codePointCount(0, text.length())));
      return number ? spaces + text : text + spaces;
    }
  }

  public UsageTable(PrintStream out) {
    this.out = out;
  }

  /**
   * Prints a report.
   *
   * @param json the whole report, as it comes
   * @throws ServerError if it is none, or ends before its end
   */
  public void print(InputStream json) {
    boolean whole = false;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new ServerError("the server sent no report");
      }
      List<JsonNode> languages = new ArrayList<>();
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        parser.nextToken();
        switch (name) {
          case "data" -> {
            rows(parser);
            endRows();
          }
          case "languages" -> JSON.readTree(parser).forEach(languages::add);
          case "total" -> {
            summary(languages, JSON.readTree(parser));
            whole = true;
          }
          default -> parser.skipChildren();
        }
      }
    } catch (JacksonException e) {
      throw new ServerError(
          e.getCause() instanceof IOException
              ? "the connection ended before the report did"
              : "the server sent no report, or not all of it");
    }
    if (!whole) {
      throw new ServerError("the server sent no report, or not all of it");
    }
  }

  private void rows(JsonParser parser) {
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      JsonNode row = JSON.readTree(parser);
      if (widths != null) {
        line(columns, row, widths);
      } else if (first.add(row) && first.size() == FIRST_ROWS) {
        endRows();
      }
    }
  }

  /** Prints the rows that were waited for, with their head. */
  private void endRows() {
    if (widths != null) {
      return;
    }
    if (first.isEmpty()) {
      out.println("nothing was used");
    } else {
      columns = NAMES.stream().filter(column -> first.getFirst().has(column.name())).toList();
      columns = concat(columns, TOTALS);
      widths = table(columns, first);
    }
    first.clear();
  }

  private void summary(List<JsonNode> languages, JsonNode total) {
    if (languages.isEmpty()) {
      return;
    }
    List<JsonNode> rows = new ArrayList<>(languages);
    rows.add(JSON.createObjectNode().put("language", "all").setAll(fields(total)));
    out.println();
    table(concat(NAMES.subList(NAMES.size() - 1, NAMES.size()), TOTALS), rows);
  }

  private static ObjectNode fields(JsonNode node) {
    return node instanceof ObjectNode object ? object : JSON.createObjectNode();
  }

  private int[] table(List<Column> columns, List<JsonNode> rows) {
    int[] wide = new int[columns.size()];
    for (int i = 0; i < wide.length; i++) {
      Column column = columns.get(i);
      wide[i] = column.title().length();
      for (JsonNode row : rows) {
        String text = column.text(row);
        wide[i] = Math.max(wide[i], text.codePointCount(0, text.length()));
      }
    }
    StringBuilder head = new StringBuilder();
    for (int i = 0; i < wide.length; i++) {
      head.append(i == 0 ? "" : "  ");
      head.append(columns.get(i).padded(columns.get(i).title(), wide[i]));
    }
    out.println(head.toString().stripTrailing());
    rows.forEach(row -> line(columns, row, wide));
    return wide;
  }

  private void line(List<Column> columns, JsonNode row, int[] wide) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < wide.length; i++) {
      line.append(i == 0 ? "" : "  ");
      line.append(columns.get(i).padded(columns.get(i).text(row), wide[i]));
    }
    out.println(line.toString().stripTrailing());
    out.flush();
    if (out.checkError()) {
      throw new ServerError("the output was closed");
    }
  }

  private static List<Column> concat(List<Column> one, List<Column> other) {
    List<Column> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }
}
