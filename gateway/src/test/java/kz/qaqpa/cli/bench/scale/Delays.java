package kz.qaqpa.cli.bench.scale;

import java.util.Arrays;

/** A histogram of delays in ticks of {@link ClockWords}. Confined to one thread. */
final class Delays {
  private long[] counts = new long[1024];
  private long events;
  private long other;

  /** One more; negative for an event without a word. */
  void add(int ticks) {
    if (ticks < 0) {
      other++;
      return;
    }
    if (ticks >= counts.length) {
      counts = Arrays.copyOf(counts, Math.max(ticks + 1, 2 * counts.length));
    }
    counts[ticks]++;
    events++;
  }

  ScaleClient.Result result(long nanos) {
    return new ScaleClient.Result(
        events, other, nanos, percentile(50), percentile(99), percentile(100));
  }

  /** In milliseconds, the upper end of the tick: what at least so many do not exceed. */
  double percentile(double percent) {
    long rank = Math.max(1, (long) Math.ceil(percent / 100 * events));
    long seen = 0;
    for (int ticks = 0; ticks < counts.length; ticks++) {
      seen += counts[ticks];
      if (seen >= rank) {
        return (ticks + 1) * (ClockWords.TICK_NANOS / 1e6);
      }
    }
    return 0;
  }
}
