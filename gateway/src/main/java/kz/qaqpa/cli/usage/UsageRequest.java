package kz.qaqpa.cli.usage;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.cli.client.Options;
import org.jspecify.annotations.Nullable;

/** From options to the address of a report. What they mean is the server's to check. */
public final class UsageRequest {
  private static final String PATH = "v1/usage";

  private UsageRequest() {}

  /**
   * The path and query of a report, without a slash at its beginning.
   *
   * @param format {@code json} or {@code csv}
   * @throws IllegalArgumentException if the month is none, or given beside other times
   */
  public static String path(Options options, String format) {
    List<String> query = new ArrayList<>();
    String month = options.get("month");
    if (month == null) {
      add(query, "from", options.get("from"));
      add(query, "to", options.get("to"));
    } else {
      if (options.has("from") || options.has("to")) {
        throw new IllegalArgumentException(
            "--month: beside --from or --to (expected: a month, or a time of another length)");
      }
      YearMonth of = month(month);
      add(query, "from", of.atDay(1).toString());
      add(query, "to", of.plusMonths(1).atDay(1).toString());
    }
    add(query, "agency", options.get("agency"));
    add(query, "application", options.get("application"));
    add(query, "bucket", options.get("bucket"));
    add(query, "group_by", options.get("by"));
    add(query, "format", format);
    return PATH + "?" + String.join("&", query);
  }

  private static YearMonth month(String text) {
    if (text.matches("[0-9]{4}-[0-9]{2}")) {
      try {
        return YearMonth.parse(text);
      } catch (DateTimeException e) {
        // Told below, with the same words as what has another form.
      }
    }
    throw new IllegalArgumentException("--month: " + text + " (expected: a month such as 2026-11)");
  }

  private static void add(List<String> query, String name, @Nullable String value) {
    if (value != null) {
      query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }
}
