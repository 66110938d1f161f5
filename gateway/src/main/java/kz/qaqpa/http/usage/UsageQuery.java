package kz.qaqpa.http.usage;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.report.Bucket;
import kz.qaqpa.report.Dimension;
import kz.qaqpa.report.ReportQuery;
import org.jspecify.annotations.Nullable;

/** From the parameters of a request to what is to be reported. Functions only. */
final class UsageQuery {
  private static final Set<Dimension> USUAL =
      EnumSet.of(Dimension.APPLICATION, Dimension.MODEL, Dimension.LANGUAGE);

  private UsageQuery() {}

  /** What a reader may choose of whose use is reported. */
  private record Whose(@Nullable String agency, @Nullable String application) {}

  /**
   * Reads what is asked for; {@code format} is left.
   *
   * @param now without {@code from} the month that it is in, without {@code to} up to the end of
   *     its day
   * @throws Refusal.BadRequest if a value is not as expected
   * @throws Refusal.Forbidden if the reader may not see it
   */
  static ReportQuery read(QueryParameters parameters, Reader reader, Instant now) {
    Whose whose = whose(parameters, reader);
    LocalDate today = LocalDate.ofInstant(now, Bucket.ZONE);
    String from = parameters.take("from");
    String to = parameters.take("to");
    Instant begin =
        from == null ? ReportTime.start(today.withDayOfMonth(1)) : ReportTime.of("from", from);
    Instant end = to == null ? ReportTime.start(today.plusDays(1)) : ReportTime.of("to", to);
    if (!begin.isBefore(end)) {
      throw Refusal.BadRequest.value(
          to == null ? "from" : "to",
          Shown.text(to == null ? String.valueOf(from) : to),
          to == null ? "before tomorrow" : "after from, which is " + shown(from, begin));
    }
    Bucket bucket = bucket(parameters.take("bucket"));
    Set<Dimension> by = by(parameters.take("group_by"));
    return new ReportQuery(whose.agency(), whose.application(), begin, end, bucket, by);
  }

  private static String shown(@Nullable String from, Instant begin) {
    return from == null ? begin.atZone(Bucket.ZONE).toLocalDate().toString() : Shown.text(from);
  }

  private static Whose whose(QueryParameters parameters, Reader reader) {
    String application = parameters.takeId("application");
    return switch (reader) {
      case Reader.OfApplication own -> {
        if (wholeAgency(parameters, own)) {
          yield new Whose(own.agency(), application);
        }
        requireOwn("application", application, own.application());
        yield new Whose(own.agency(), own.application());
      }
      case Reader.OfAgency own -> {
        requireOwn("agency", parameters.takeId("agency"), own.agency());
        yield new Whose(own.agency(), application);
      }
      case Reader.OfAll _ -> {
        String agency = parameters.takeId("agency");
        if (application != null && agency == null) {
          throw Refusal.BadRequest.value(
              "application", Shown.text(application), "an agency beside it");
        }
        yield new Whose(agency, application);
      }
    };
  }

  private static boolean wholeAgency(QueryParameters parameters, Reader.OfApplication own) {
    String scope = parameters.take("scope");
    if (scope == null || scope.equals("application")) {
      return false;
    }
    if (!scope.equals("agency")) {
      throw Refusal.BadRequest.value("scope", Shown.text(scope), "application or agency");
    }
    if (!own.seesAgency()) {
      throw new Refusal.Forbidden(
          "report_not_allowed",
          "scope: agency (expected: application, which is all that this application may see)");
    }
    return true;
  }

  private static void requireOwn(String name, @Nullable String asked, String own) {
    if (asked != null && !asked.equals(own)) {
      throw new Refusal.Forbidden(
          "report_not_allowed",
          name + ": " + Shown.text(asked) + " (expected: " + own + ", or nothing)");
    }
  }

  private static Bucket bucket(@Nullable String text) {
    if (text == null) {
      return Bucket.DAY;
    }
    return Arrays.stream(Bucket.values())
        .filter(bucket -> bucket.tag().equals(text))
        .findFirst()
        .orElseThrow(
            () -> Refusal.BadRequest.value("bucket", Shown.text(text), "hour, day or month"));
  }

  private static Set<Dimension> by(@Nullable String text) {
    if (text == null) {
      return USUAL;
    }
    Set<Dimension> by = EnumSet.noneOf(Dimension.class);
    if (!text.isEmpty()) {
      for (String name : text.split(",", -1)) {
        if (!by.add(dimension(name))) {
          throw Refusal.BadRequest.value("group_by", Shown.text(text), "each name once");
        }
      }
    }
    return by;
  }

  private static Dimension dimension(String name) {
    return Arrays.stream(Dimension.values())
        .filter(dimension -> dimension.tag().equals(name))
        .findFirst()
        .orElseThrow(() ->
            Refusal.BadRequest.value(
                "group_by",
                Shown.text(name),
                "some of "
                    + Arrays.stream(Dimension.values())
                        .map(Dimension::tag)
                        .collect(Collectors.joining(", "))
                    + ", with commas between them, or nothing"));
  }
}
