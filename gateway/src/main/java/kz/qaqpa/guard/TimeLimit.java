package kz.qaqpa.guard;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A bound on how long something may take, and how often it took longer. Any thread. */
public final class TimeLimit {
  private static final long RECENTLY = Duration.ofMinutes(1).toNanos();

  private final String name;
  private final Duration limit;
  private final AtomicLong timeouts = new AtomicLong();
  private volatile long last;

  /**
   * @param name of a small set
   */
  public TimeLimit(String name, Duration limit) {
    this.name = name;
    this.limit = limit;
  }

  /** Something took longer. */
  public void exceeded() {
    last = System.nanoTime();
    timeouts.incrementAndGet();
  }

  /** Of a small set. */
  public String name() {
    return name;
  }

  /** The bound. */
  public Duration limit() {
    return limit;
  }

  /** How often something took longer. */
  public long timeouts() {
    return timeouts.get();
  }

  /** Whether something did within the last minute. */
  public boolean isRecent() {
    return timeouts.get() > 0 && System.nanoTime() - last < RECENTLY;
  }
}
