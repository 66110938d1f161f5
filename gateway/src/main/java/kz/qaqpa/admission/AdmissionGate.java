package kz.qaqpa.admission;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.ledger.Ledger;
import org.jspecify.annotations.Nullable;

/**
 * The gate: from a key to an application, from an application to a {@link Permit}, without waiting.
 * Any thread.
 */
public final class AdmissionGate {
  private static final String SCHEME = "Bearer ";
  private static final int LONGEST_KEY = 512;

  private final AgencyDirectory directory;
  private final QuotaStore quotas;
  private final Ledger ledger;
  private final LivePermits permits = new LivePermits();
  private final AtomicInteger live = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile boolean draining;

  /**
   * A gate with nobody inside.
   *
   * @param quotas what has been used, and by whom
   * @param ledger where it is written down
   */
  public AdmissionGate(AgencyDirectory directory, QuotaStore quotas, Ledger ledger) {
    this.directory = directory;
    this.quotas = quotas;
    this.ledger = ledger;
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
   * Takes one of the application's streams, and counts the request.
   *
   * @throws Refusal.OverQuota if all are taken, or too many requests came in a short time
   * @throws Refusal.Overloaded if there is no room for its record
   * @throws Refusal.Draining if the server is stopping
   */
  public Permit admit(Application application) {
    String full = ledger.full();
    if (full != null) {
      throw new Refusal.Overloaded(full);
    }
    Pass pass =
        switch (quotas.enter(application.subject())) {
          case Pass entered -> entered;
          case Shortage shortage -> throw Permit.refusal(shortage);
        };
    live.incrementAndGet();
    Permit permit = permits.open(application, pass, this::release);
    if (draining) {
      permit.close();
      throw new Refusal.Draining();
    }
    return permit;
  }

  /**
   * Ends what runs of an application; nothing happens to who comes later.
   *
   * @param fullId see {@link Application#fullId}
   */
  public void revoke(String fullId, Refusal why) {
    permits.revoke(fullId, why);
  }

  /**
   * Permits that an application holds now.
   *
   * @param fullId see {@link Application#fullId}
   */
  public int live(String fullId) {
    return permits.count(fullId);
  }

  /** What everybody has used. */
  public QuotaStore quotas() {
    return quotas;
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

  private void release() {
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
