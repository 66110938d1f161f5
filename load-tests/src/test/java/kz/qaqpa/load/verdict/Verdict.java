package kz.qaqpa.load.verdict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.Totals;
import kz.qaqpa.load.run.Options;
import kz.qaqpa.load.verdict.Check.Finding;

/**
 * The checks of a run and what was found. Each is looked at once; whoever asks again gets the same
 * answer.
 */
public final class Verdict {
  private final List<Check> checks = new ArrayList<>();
  private final Map<String, Finding> findings = new LinkedHashMap<>();

  /** Adds a check. */
  public Verdict add(Check check) {
    checks.add(check);
    return this;
  }

  /**
   * What is asked of every run: nothing failed, every answer has a label and every sampled label
   * holds, and the answers of some groups are as quick as asked for.
   *
   * @param groups all if there is none
   */
  public static Verdict usual(AnswerLog log, Options options, String... groups) {
    return new Verdict()
        .add(Check.atMost("answers that failed", 0, "", () -> failed(log)))
        .add(Check.atLeast("answers", 1, "", () -> (double) log.totals().complete()))
        .add(
            Check.atMost(
                "answers without a label",
                0,
                "",
                () -> (double) (log.totals().complete() - log.totals().labelled())))
        .add(new Check("labels hold", () -> labels(log, options.sample())))
        .add(
            Check.atMost(
                "TTFT p99",
                options.ttftMillis(),
                "ms",
                () -> Totals.millis(log.totals(groups).ttft(), 99)))
        .add(
            Check.atMost(
                "between tokens p99",
                options.itlMillis(),
                "ms",
                () -> Totals.millis(log.totals(groups).gaps(), 99)))
        .add(
            Check.atLeast(
                "good answers", options.goodput(), "of all", () -> good(log.totals(groups))));
  }

  private static double failed(AnswerLog log) {
    Totals all = log.totals();
    return all.begun() - all.complete() - all.refused();
  }

  private static Finding labels(AnswerLog log, double sample) {
    try {
      log.labels().finish();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    long verified = log.labels().verified();
    boolean holds = log.labels().wrong().isEmpty() && (sample == 0 || verified > 0);
    return new Finding(holds, verified + " verified, wrong: " + log.labels().wrong());
  }

  private static double good(Totals totals) {
    return totals.complete() == 0 ? 0 : (double) totals.good() / totals.complete();
  }

  /** The checks, in order. */
  public List<Check> checks() {
    return checks;
  }

  /** Looks at one, or tells what was found before. */
  public synchronized Finding look(Check check) {
    return findings.computeIfAbsent(
        check.name(),
        name -> {
          try {
            return check.look().get();
          } catch (RuntimeException e) {
            return new Finding(false, "could not be found out: " + e.getMessage());
          }
        });
  }

  /** Whether all hold. */
  public boolean passed() {
    return checks.stream().allMatch(check -> look(check).holds());
  }
}
