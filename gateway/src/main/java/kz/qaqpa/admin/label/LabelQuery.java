package kz.qaqpa.admin.label;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.usage.QueryParameters;
import kz.qaqpa.http.usage.ReportTime;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.label.LabelFilter;
import kz.qaqpa.report.Bucket;
import org.jspecify.annotations.Nullable;

/** The query of a search to what is searched for. Functions only. */
final class LabelQuery {
  private static final String PARAMETERS =
      "from, to, agency, application, model, risk, after, limit";
  private static final List<String> RISKS = List.of("minimal", "medium", "high");
  private static final long USUAL = 1000;
  private static final long MOST = 1_000_000;
  private static final int LONGEST = 300;

  private LabelQuery() {}

  /**
   * Reads a query. Without times it is about this month in Almaty.
   *
   * @param own the only agency whose labels may be seen, or null for all
   * @throws Refusal.BadRequest if a value is not as expected
   * @throws Refusal.Forbidden for another agency
   */
  static LabelFilter read(String uri, @Nullable String own, Instant now) {
    QueryParameters parameters = new QueryParameters(uri);
    LocalDate today = LocalDate.ofInstant(now, Bucket.ZONE);
    Instant from = time(parameters, "from", ReportTime.start(today.withDayOfMonth(1)));
    Instant to = time(parameters, "to", ReportTime.start(today.plusDays(1)));
    if (!from.isBefore(to)) {
      throw Refusal.BadRequest.value("from", from.toString(), "before to, which is " + to);
    }
    String agency = agency(parameters, own);
    String application = parameters.takeId("application");
    if (application != null && agency == null) {
      throw Refusal.BadRequest.value("application", application, "an agency beside it");
    }
    LabelFilter filter =
        new LabelFilter(
            from,
            to,
            agency,
            application,
            model(parameters),
            oneOf(parameters, "risk", RISKS),
            after(parameters),
            limit(parameters));
    parameters.end(PARAMETERS);
    return filter;
  }

  private static Instant time(QueryParameters parameters, String name, Instant usual) {
    String text = parameters.take(name);
    return text == null ? usual : ReportTime.of(name, text);
  }

  private static @Nullable String agency(QueryParameters parameters, @Nullable String own) {
    String agency = parameters.takeId("agency");
    if (own != null && agency != null && !agency.equals(own)) {
      throw new Refusal.Forbidden(
          "agency_not_allowed", "agency: " + agency + " (expected: " + own + ", or nothing)");
    }
    return own == null ? agency : own;
  }

  private static @Nullable String model(QueryParameters parameters) {
    String model = parameters.take("model");
    if (model != null && (model.isEmpty() || model.length() > LONGEST)) {
      throw Refusal.BadRequest.value("model", Shown.text(model), "the id of a model");
    }
    return model;
  }

  private static @Nullable String oneOf(
      QueryParameters parameters, String name, List<String> values) {
    String value = parameters.take(name);
    if (value != null && !values.contains(value)) {
      throw Refusal.BadRequest.value(
          name, Shown.text(value), "one of " + String.join(", ", values));
    }
    return value;
  }

  private static @Nullable String after(QueryParameters parameters) {
    String after = parameters.take("after");
    if (after != null && !Ulid.matches(after)) {
      throw Refusal.BadRequest.value("after", Shown.text(after), "the id of a label");
    }
    return after;
  }

  private static long limit(QueryParameters parameters) {
    String text = parameters.take("limit");
    if (text == null) {
      return USUAL;
    }
    try {
      long limit = Long.parseLong(text);
      if (limit >= 1 && limit <= MOST) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Refusal.BadRequest.value("limit", Shown.text(text), "a whole number from 1 to " + MOST);
  }
}
