package kz.qaqpa.health;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.EnginePulse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an engine that is idle or busy from one that is stuck: a step beyond its bound, or requests
 * that wait while no step is made.
 *
 * <pre>
 * Stuck     The gateway is not ready; what is known of the loop is logged, with its stack and
 *           without any text. The engine is started again as soon as its call returns: that call's
 *           rows have failed, what waits is kept.
 * Hung      A call that never returns cannot be ended inside a JVM. After the time for that, the
 *           last resort is called, once: it tells clients, writes down what was used, and leaves.
 * Broken    The loop itself was ended by an error that nobody foresaw: the last resort, at once.
 * </pre>
 *
 * One thread of its own looks a few times in the shortest bound; the others' methods may be called
 * by any thread.
 */
public final class Watchdog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
  private static final int LOOKS = 8;
  private static final Duration LONGEST_BETWEEN = Duration.ofMillis(250);

  private final BatchingEngine engine;
  private final WatchdogSettings settings;
  private final Runnable lastResort;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("watchdog").factory());
  private final AtomicLong wedges = new AtomicLong();
  private volatile @Nullable String reason;

  /** Confined to the thread. */
  private long steps = -1;

  private long stillSince;
  private boolean gaveUp;

  /**
   * One that looks from now on.
   *
   * @param lastResort called once, on the watchdog's thread, when a call never returns or the loop
   *     is broken
   */
  public Watchdog(BatchingEngine engine, WatchdogSettings settings, Runnable lastResort) {
    this.engine = engine;
    this.settings = settings;
    this.lastResort = lastResort;
    this.stillSince = System.nanoTime();
    long shortest = Math.min(settings.stepLimit().toNanos(), settings.queueLimit().toNanos());
    long between = Math.min(LONGEST_BETWEEN.toNanos(), shortest / LOOKS);
    var _ = thread.scheduleWithFixedDelay(this::look, between, between, TimeUnit.NANOSECONDS);
  }

  /** Why the gateway should be sent nothing, or none. */
  public List<String> reasons() {
    String now = reason;
    return now == null ? List.of() : List.of(now);
  }

  /** How often something was found stuck. */
  public long wedges() {
    return wedges.get();
  }

  private void look() {
    try {
      look(engine.pulse(), System.nanoTime());
    } catch (RuntimeException e) { // It must look again.
      LOG.error("the watchdog could not look", e);
    }
  }

  private void look(EnginePulse pulse, long now) {
    if (pulse.steps() != steps || pulse.waiting() == 0 || pulse.stalled()) {
      steps = pulse.steps();
      stillSince = now;
    }
    if (pulse.broken()) {
      reason = "engine: its loop was ended by an error";
      giveUp();
      return;
    }
    long inCall = pulse.inCallNanos();
    long still = now - stillSince;
    if (inCall > settings.stepLimit().toNanos()) {
      stuck("a step has taken " + seconds(inCall), settings.stepLimit(), pulse);
    } else if (still > settings.queueLimit().toNanos() && pulse.alive()) {
      stuck(pulse.waiting() + " requests wait and no step is made", settings.queueLimit(), pulse);
    } else {
      reason = null;
    }
    if (Math.max(inCall, still) > settings.hangTimeout().toNanos() && reason != null) {
      giveUp();
    }
  }

  private void giveUp() {
    if (!gaveUp) {
      gaveUp = true;
      LOG.error("{}: it will not come back, the process leaves", reason);
      lastResort.run();
    }
  }

  private void stuck(String what, Duration bound, EnginePulse pulse) {
    boolean first = reason == null;
    reason = "engine: " + what + " (expected: at most " + seconds(bound.toNanos()) + ")";
    if (first) {
      wedges.incrementAndGet();
      LOG.error("{}; {}; {}\n{}", reason, pulse, engine.stats(), stack(pulse.thread()));
      engine.restart();
    }
  }

  private static String stack(String name) {
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> it : Thread.getAllStackTraces().entrySet()) {
      if (it.getKey().getName().equals(name)) {
        lines.append(name).append(' ').append(it.getKey().getState());
        for (StackTraceElement element : it.getValue()) {
          lines.append("\n  at ").append(element);
        }
      }
    }
    return lines.toString();
  }

  private static String seconds(long nanos) {
    return Duration.ofMillis(TimeUnit.NANOSECONDS.toMillis(nanos)).toMillis() / 1000.0 + " s";
  }

  /** Looks no more. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
