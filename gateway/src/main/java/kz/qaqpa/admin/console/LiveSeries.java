package kz.qaqpa.admin.console;

import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import kz.qaqpa.batching.BatchingStats;
import kz.qaqpa.metrics.GatewayMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last {@value #KEPT} seconds of the engine, one {@link Sample} each, whether or not anybody
 * looks: who opens the console at night sees what led there. Any thread.
 */
public final class LiveSeries implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveSeries.class);

  /** Samples that are kept: five minutes. */
  static final int KEPT = 300;

  private static final double NANOS = 1e9;
  private static final double MILLIS = 1e3;

  private final Supplier<Reading> readings;
  private final GatewayMetrics metrics;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final Deque<Sample> samples = new ArrayDeque<>(KEPT);
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("admin-console").daemon().factory());
  private Reading before;
  private long beforeNanos;

  /**
   * What a sample is made of.
   *
   * @param running sequences that hold a slot
   * @param waiting sequences in the queue
   * @param steps since the start, like all after it
   * @param stepRows rows of all those steps
   * @param promptTokens accepted, cached or not
   * @param outputTokens delivered
   * @param kv share of the KV cache that running sequences use, 0 to 1
   */
  public record Reading(
      int running,
      int waiting,
      long steps,
      long stepRows,
      long promptTokens,
      long outputTokens,
      double kv) {

    /** A reading of the step loop. */
    public static Reading of(BatchingStats stats) {
      return new Reading(
          stats.running(),
          stats.waiting(),
          stats.steps(),
          stats.stepRows(),
          stats.promptTokens(),
          stats.outputTokens(),
          stats.kvTokensUsed() / (double) Math.max(1, stats.kvTokensCapacity()));
    }
  }

  /**
   * A series that begins now.
   *
   * @param readings of the step loop
   * @param metrics where latencies are counted; nobody else may ask it for recent ones
   * @param nanoTime as {@link System#nanoTime}
   */
  public LiveSeries(
      Supplier<Reading> readings,
      GatewayMetrics metrics,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.readings = readings;
    this.metrics = metrics;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.before = readings.get();
    this.beforeNanos = nanoTime.getAsLong();
  }

  /** Takes a sample every second from now on. */
  public void start() {
    ScheduledFuture<?> _ = timer.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  private void tick() {
    try {
      sample();
    } catch (RuntimeException e) {
      LOG.error("a second of the console's charts is missing", e); // The next one comes.
    }
  }

  /** Takes a sample of the time since the one before. */
  public synchronized void sample() {
    Reading now = readings.get();
    long nanos = nanoTime.getAsLong();
    double seconds = Math.max(1, nanos - beforeNanos) / NANOS;
    long steps = now.steps() - before.steps();
    if (samples.size() == KEPT) {
      samples.removeFirst();
    }
    samples.addLast(
        new Sample(
            clock.instant().toEpochMilli() / MILLIS,
            (now.outputTokens() - before.outputTokens()) / seconds,
            (now.promptTokens() - before.promptTokens()) / seconds,
            now.running(),
            now.waiting(),
            steps == 0 ? 0 : (now.stepRows() - before.stepRows()) / (double) steps,
            now.kv(),
            metrics.recentFirstToken().advance(),
            metrics.recentTokenGap().advance()));
    before = now;
    beforeNanos = nanos;
  }

  /** Samples later than a time in seconds since 1970, oldest first. */
  synchronized List<Sample> after(double time) {
    return samples.stream().filter(sample -> sample.at() > time).toList();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
