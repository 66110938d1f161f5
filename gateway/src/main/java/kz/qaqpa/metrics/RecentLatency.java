package kz.qaqpa.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Percentiles of one latency over the last intervals: a histogram for each, and their sum. Values
 * are kept to two digits, from a microsecond to ten minutes; its size is fixed, and recording
 * allocates nothing. {@link #record} on any thread; {@link #advance} by one at a time.
 */
public final class RecentLatency {
  private static final long LONGEST = TimeUnit.MINUTES.toMicros(10);
  private static final int DIGITS = 2;
  private static final double MICROS = 1e6;

  private final int intervals;
  private final Recorder recorder = new Recorder(LONGEST, DIGITS);
  private final Histogram sum = new Histogram(LONGEST, DIGITS);
  private final Deque<Histogram> recent = new ArrayDeque<>();

  /**
   * @param intervals how many count, 1 or more
   */
  RecentLatency(int intervals) {
    this.intervals = intervals;
  }

  /**
   * What it was, in seconds.
   *
   * @param count how many were recorded
   */
  public record Percentiles(double p50, double p95, double p99, long count) {}

  void record(long nanos) {
    long micros = TimeUnit.NANOSECONDS.toMicros(nanos);
    recorder.recordValue(Math.clamp(micros, 1, LONGEST));
  }

  /**
   * Ends an interval.
   *
   * @return of the last intervals, or null if nothing was recorded in them
   */
  public synchronized @Nullable Percentiles advance() {
    Histogram oldest = recent.size() < intervals ? null : recent.removeFirst();
    if (oldest != null) {
      sum.subtract(oldest);
    }
    Histogram newest = oldest == null ? new Histogram(LONGEST, DIGITS) : oldest;
    recorder.getIntervalHistogramInto(newest);
    recent.addLast(newest);
    sum.add(newest);
    return sum.getTotalCount() == 0
        ? null
        : new Percentiles(percentile(50), percentile(95), percentile(99), sum.getTotalCount());
  }

  private double percentile(double percent) {
    return sum.getValueAtPercentile(percent) / MICROS;
  }
}
