package kz.qaqpa.admission;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The gate: from a key to an application, from an application to a {@link Permit}, without waiting.
 * Any thread.
 */
public final class AdmissionGate {
  private static final String SCHEME = "Bearer ";
  private static final int LONGEST_KEY = 512;
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final AgencyDirectory directory;
  private final ConcurrentMap<String, AtomicInteger> streams = new ConcurrentHashMap<>();
  private final AtomicInteger live = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile boolean draining;

  public AdmissionGate(AgencyDirectory directory) {
    this.directory = directory;
  }

  /**
   * Who asks.
   *
   * @param authorization the {@code Authorization} header
   * @throws Refusal.Unauthorized if there is none, or none that is known
   */
  public Application authenticate(@Nullable String authorization) {
    if (authorization == null || authorization.isBlank()) {
      throw new Refusal.Unauthorized(
          "Authorization: absent (expected: \"Bearer\" and an API key, qpk_…)");
    }
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new Refusal.Unauthorized(
          "Authorization: another scheme (expected: \"Bearer\" and an API key, qpk_…)");
    }
    String key = authorization.substring(SCHEME.length()).strip();
    Application application = key.length() > LONGEST_KEY ? null : directory.find(key);
    if (application == null) {
      throw new Refusal.Unauthorized("Authorization: unknown API key (expected: a valid one)");
    }
    return application;
  }

  /**
   * Takes one of the application's streams.
   *
   * @throws Refusal.OverQuota if all are taken
   * @throws Refusal.Draining if the server is stopping
   */
  public Permit admit(Application application) {
    AtomicInteger count =
        streams.computeIfAbsent(
            application.agency().id() + '/' + application.id(), _ -> new AtomicInteger());
    take(count, application);
    live.incrementAndGet();
    Permit permit = new Permit(application, () -> release(count));
    if (draining) {
      permit.close();
      throw new Refusal.Draining();
    }
    return permit;
  }

  /** Permits that are held now. */
  public int live() {
    return live.get();
  }

  /** Admits nobody from now on. */
  public void drain() {
    draining = true;
  }

  /** Whether {@link #drain} was called. */
  public boolean draining() {
    return draining;
  }

  /**
   * Waits until no permit is held.
   *
   * @return false if that took longer than {@code timeout}
   */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (live.get() > 0) {
        if (left <= 0) {
          return false;
        }
        left = idle.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static void take(AtomicInteger count, Application application) {
    int held;
    do {
      held = count.get();
      if (held >= application.maxStreams()) {
        throw new Refusal.OverQuota(
            "concurrent requests of application "
                + application.id()
                + ": "
                + (held + 1)
                + " (expected: at most "
                + application.maxStreams()
                + ")",
            RETRY);
      }
    } while (!count.compareAndSet(held, held + 1));
  }

  private void release(AtomicInteger count) {
    count.decrementAndGet();
    if (live.decrementAndGet() == 0) {
      lock.lock();
      try {
        idle.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
