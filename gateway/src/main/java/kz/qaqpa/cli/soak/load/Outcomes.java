package kz.qaqpa.cli.soak.load;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** How what users did came out, and how long they waited. Any thread. */
public final class Outcomes {
  private static final long LONGEST_MICROS = 600_000_000L;
  private static final int DIGITS = 2;

  private final ConcurrentMap<String, LongAdder> counts = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, LongAdder> surprises = new ConcurrentHashMap<>();
  private final Recorder first = new Recorder(LONGEST_MICROS, DIGITS);
  private final Recorder between = new Recorder(LONGEST_MICROS, DIGITS);

  /** Something ended as it may. */
  public void expected(String what) {
    count(counts, what);
  }

  /** Something ended as it must not. */
  public void surprise(String what) {
    count(surprises, what);
  }

  /**
   * Something ended.
   *
   * @param good whether it may end so
   */
  public void count(String what, boolean good) {
    count(good ? counts : surprises, what);
  }

  private static void count(ConcurrentMap<String, LongAdder> table, String what) {
    table.computeIfAbsent(what, _ -> new LongAdder()).increment();
  }

  /** Time from a request to the first text of its answer. */
  public void first(long nanos) {
    first.recordValue(micros(nanos));
  }

  /** Time between two texts of an answer. */
  public void between(long nanos) {
    between.recordValue(micros(nanos));
  }

  private static long micros(long nanos) {
    return Math.clamp(nanos / 1000, 0, LONGEST_MICROS);
  }

  /** {@link #first} since the last call, in microseconds; one asks. */
  public Histogram takeFirst() {
    return first.getIntervalHistogram();
  }

  /** {@link #between} since the last call, in microseconds; one asks. */
  public Histogram takeBetween() {
    return between.getIntervalHistogram();
  }

  /** What ended as it may, and how often. */
  public SortedMap<String, Long> expected() {
    return sums(counts);
  }

  /** What ended as it must not, and how often. */
  public SortedMap<String, Long> surprises() {
    return sums(surprises);
  }

  private static SortedMap<String, Long> sums(Map<String, LongAdder> table) {
    SortedMap<String, Long> sums = new TreeMap<>();
    table.forEach((what, count) -> sums.put(what, count.sum()));
    return sums;
  }
}
