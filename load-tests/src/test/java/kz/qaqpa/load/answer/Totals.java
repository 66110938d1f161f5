package kz.qaqpa.load.answer;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.HdrHistogram.Histogram;

/**
 * Some groups of answers together.
 *
 * @param begun answers begun, those that were refused among them
 * @param complete those that came to their end
 * @param refused those that were refused as they should be
 * @param good those that were complete and as quick as asked for
 * @param labelled those that had a label
 * @param closedAfterEnd those whose connection the server closed after their end; no failures
 * @param promptTokens of complete ones
 * @param outputTokens of complete ones
 * @param ttft to the first token, microseconds
 * @param gaps between two events of text, microseconds
 * @param whole answers, microseconds
 */
public record Totals(
    long begun,
    long complete,
    long refused,
    long good,
    long labelled,
    long closedAfterEnd,
    long promptTokens,
    long outputTokens,
    Histogram ttft,
    Histogram gaps,
    Histogram whole) {

  static Totals of(Collection<AnswerLog.Group> groups) {
    return new Totals(
        sum(groups, group -> group.begun),
        sum(groups, group -> group.complete),
        sum(groups, group -> group.refused),
        sum(groups, group -> group.good),
        sum(groups, group -> group.labelled),
        sum(groups, group -> group.closedAfterEnd),
        sum(groups, group -> group.promptTokens),
        sum(groups, group -> group.outputTokens),
        together(groups, group -> group.ttft),
        together(groups, group -> group.gaps),
        together(groups, group -> group.whole));
  }

  private static long sum(
      Collection<AnswerLog.Group> groups, Function<AnswerLog.Group, LongAdder> counter) {
    return groups.stream().mapToLong(group -> counter.apply(group).sum()).sum();
  }

  private static Histogram together(
      Collection<AnswerLog.Group> groups, Function<AnswerLog.Group, Histogram> histogram) {
    Histogram sum = new Histogram(TimeUnit.HOURS.toMicros(2), 3);
    groups.forEach(group -> sum.add(histogram.apply(group).copy()));
    return sum;
  }

  /** Milliseconds at a percentile; 0 without values. */
  public static double millis(Histogram histogram, double percentile) {
    return histogram.getTotalCount() == 0 ? 0 : histogram.getValueAtPercentile(percentile) / 1000.0;
  }
}
