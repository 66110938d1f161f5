package kz.qaqpa.load.verdict;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.Totals;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.run.OwnGateway.Usage;
import org.HdrHistogram.Histogram;

/**
 * Ten lines for whoever waits for a run.
 *
 * @param simulation its name
 * @param url what was loaded
 * @param model that answered
 * @param took from the first user's start to the last one's end
 * @param used what the gateway used in that time, if it was started here
 */
public record Summary(
    String simulation,
    String url,
    String model,
    Options options,
    Duration took,
    Optional<Usage> used) {

  /** The lines. */
  public List<String> lines(AnswerLog log, Verdict verdict, Path page) {
    Totals all = log.totals();
    long failed = all.begun() - all.complete() - all.refused();
    double seconds = Math.max(0.001, took.toMillis() / 1000.0);
    return List.of(
        text(
            "%s %s: %s on %s, %.0f s, --users %s",
            simulation,
            verdict.passed() ? "PASSED" : "FAILED",
            model,
            url,
            seconds,
            Check.number(options.users())),
        text(
            "  answers         %d begun, %d complete (%d closed by the server after their end), %d"
                + " refused, %d failed%s",
            all.begun(), all.complete(), all.closedAfterEnd(), all.refused(), failed, why(log)),
        used.map(usage -> gateway(usage, all, seconds))
            .orElse("  gateway         not started here: its /metrics tell what it used"),
        text(
            "  rate            %.1f answers/s, %.0f tokens/s written, %.0f read",
            all.complete() / seconds, all.outputTokens() / seconds, all.promptTokens() / seconds),
        text("  first token     %s", percentiles(all.ttft())),
        text("  between tokens  %s", percentiles(all.gaps())),
        text("  whole answer    %s", percentiles(all.whole())),
        text(
            "  goodput         %.1f answers/s within %d ms to the first token and %d ms between",
            all.good() / seconds, options.ttftMillis(), options.itlMillis()),
        text(
            "  checks          %d of %d hold%s",
            verdict.checks().stream().filter(check -> verdict.look(check).holds()).count(),
            verdict.checks().size(),
            broken(verdict)),
        text("  report          %s", page));
  }

  private static String gateway(Usage usage, Totals all, double seconds) {
    double cpu = usage.cpu().toMillis() / 1000.0;
    return text(
        "  gateway         %.2f cores, %.1f ms of CPU an answer, %.0f us a token written, %d MiB"
            + " resident",
        cpu / seconds,
        1000 * cpu / Math.max(1, all.complete()),
        1e6 * cpu / Math.max(1, all.outputTokens()),
        usage.residentBytes() >> 20);
  }

  private static String why(AnswerLog log) {
    return log.failures().isEmpty() ? "" : " " + log.failures();
  }

  private static String broken(Verdict verdict) {
    String broken =
        verdict.checks().stream()
            .filter(check -> !verdict.look(check).holds())
            .map(check -> check.name() + " (found: " + verdict.look(check).found() + ")")
            .collect(Collectors.joining("; "));
    return broken.isEmpty() ? "" : "; not: " + broken;
  }

  static String percentiles(Histogram histogram) {
    return histogram.getTotalCount() == 0
        ? "none"
        : text(
            "p50 %.0f, p95 %.0f, p99 %.0f, max %.0f ms",
            Totals.millis(histogram, 50),
            Totals.millis(histogram, 95),
            Totals.millis(histogram, 99),
            Totals.millis(histogram, 100));
  }

  static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
