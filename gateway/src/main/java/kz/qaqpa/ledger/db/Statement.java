package kz.qaqpa.ledger.db;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One statement of a transaction.
 *
 * @param sql with {@code ?} for each parameter
 * @param parameters as {@link Database} knows them
 */
public record Statement(String sql, List<@Nullable Object> parameters) {
  /** Rows of one text at most: numbers of rows are powers of two, so that there are few texts. */
  private static final int MOST_ROWS = 64;

  /** Copies the list. */
  public Statement {
    parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
  }

  /** One statement with its parameters. */
  public static Statement of(String sql, @Nullable Object... parameters) {
    return new Statement(sql, Arrays.asList(parameters));
  }

  /**
   * Many rows of one table, as few statements.
   *
   * @param table its name
   * @param columns their names
   * @param rows values in the order of the columns
   * @param end what follows the values, such as {@code on conflict do nothing}
   */
  public static List<Statement> insert(
      String table, List<String> columns, List<List<@Nullable Object>> rows, String end) {
    List<Statement> statements = new ArrayList<>();
    int from = 0;
    while (from < rows.size()) {
      int count = Math.min(MOST_ROWS, Integer.highestOneBit(rows.size() - from));
      List<@Nullable Object> parameters = new ArrayList<>(count * columns.size());
      rows.subList(from, from + count).forEach(parameters::addAll);
      statements.add(new Statement(insertText(table, columns, count, end), parameters));
      from += count;
    }
    return statements;
  }

  private static String insertText(String table, List<String> columns, int rows, String end) {
    String row = "(" + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
    return "insert into "
        + table
        + " ("
        + String.join(", ", columns)
        + ") values "
        + String.join(", ", Collections.nCopies(rows, row))
        + (end.isEmpty() ? "" : " " + end);
  }
}
