package kz.qaqpa.http.usage;

import java.util.Locale;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.report.format.ReportFormat;
import org.jspecify.annotations.Nullable;

/** Which format a request wants: its parameter says so, else its header. Functions only. */
final class Formats {
  private static final double LEAST = 0.0005; // Qualities have three decimals.

  private Formats() {}

  /**
   * The format of an answer.
   *
   * @param parameter {@code json}, {@code csv} or null
   * @param accept the {@code Accept} header (RFC 9110); CSV only if it is wanted more than JSON
   * @throws Refusal.BadRequest if the parameter is none of them
   */
  static ReportFormat of(@Nullable String parameter, @Nullable String accept) {
    if (parameter != null) {
      return switch (parameter) {
        case "json" -> ReportFormat.JSON;
        case "csv" -> ReportFormat.CSV;
        default -> throw Refusal.BadRequest.value("format", Shown.text(parameter), "json or csv");
      };
    }
    double csv = quality(accept, "text/csv", "text/*");
    double json = quality(accept, "application/json", "application/*");
    return csv > json + LEAST ? ReportFormat.CSV : ReportFormat.JSON;
  }

  private static double quality(@Nullable String accept, String type, String range) {
    double exact = -1;
    double ranged = -1;
    double any = accept == null ? 1 : -1;
    for (String item : accept == null ? new String[0] : accept.split(",", 64)) {
      String[] parts = item.strip().toLowerCase(Locale.ROOT).split(";", 2);
      double quality = parts.length == 1 ? 1 : quality(parts[1]);
      String name = parts[0].strip();
      if (name.equals(type)) {
        exact = Math.max(exact, quality);
      } else if (name.equals(range)) {
        ranged = Math.max(ranged, quality);
      } else if (name.equals("*/*")) {
        any = Math.max(any, quality);
      }
    }
    double found = exact >= 0 ? exact : ranged >= 0 ? ranged : any;
    return Math.max(0, found);
  }

  /** The {@code q} among the parameters of a range; 1 without a well-formed one. */
  private static double quality(String parameters) {
    for (String parameter : parameters.split(";", 16)) {
      String text = parameter.strip();
      if (text.matches("q=(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
        return Double.parseDouble(text.substring(2));
      }
    }
    return 1;
  }
}
