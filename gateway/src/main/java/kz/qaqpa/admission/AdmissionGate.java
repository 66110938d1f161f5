package kz.qaqpa.admission;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.suspension.SuspensionCheck;
import kz.qaqpa.ledger.Ledger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The gate: from credentials to an application, from an application to a {@link Permit}. Any
 * thread.
 */
public final class AdmissionGate {
  private final Identification identification;
  private final QuotaStore quotas;
  private final Ledger ledger;
  private final SuspensionCheck suspensions;
  private final LivePermits permits = new LivePermits();
  private final AtomicInteger live = new AtomicInteger();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private volatile boolean draining;
  private boolean hurried; // Guarded by the lock.

  /** A gate with nobody inside, and nobody suspended. */
  public AdmissionGate(Identification identification, QuotaStore quotas, Ledger ledger) {
    this(identification, quotas, ledger, SuspensionCheck.NONE);
  }

  /**
   * A gate with nobody inside.
   *
   * @param identification who is who
   * @param quotas what has been used, and by whom
   * @param ledger where it is written down
   * @param suspensions who may not pass
   */
  public AdmissionGate(
      Identification identification,
      QuotaStore quotas,
      Ledger ledger,
      SuspensionCheck suspensions) {
    this.identification = identification;
    this.quotas = quotas;
    this.ledger = ledger;
    this.suspensions = suspensions;
  }

  /**
   * Who asks; as {@link Identification#identify}.
   *
   * @param edge where the result comes if it takes time
   * @return the caller, or {@link Refusal.Suspended} if its application is suspended
   */
  public Mono<Caller> authenticate(Credentials credentials, Scheduler edge) {
    return identification
        .identify(credentials, edge)
        .doOnNext(caller -> suspensions.check(caller.application().fullId()));
  }

  /** Who is who. */
  public Identification identification() {
    return identification;
  }

  /**
   * Takes one of the application's streams, and counts the request.
   *
   * @param request what operators see of it until the permit is closed
   * @throws Refusal.OverQuota if all are taken, or too many requests came in a short time
   * @throws Refusal.Overloaded if there is no room for its record
   * @throws Refusal.Suspended if it was suspended meanwhile
   * @throws Refusal.Draining if the server is stopping
   */
  public Permit admit(Application application, InFlight request) {
    suspensions.check(application.fullId()); // Before it is counted.
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
    Permit permit = permits.open(application, request, pass, this::release);
    try {
      // Whoever is suspended from now on finds the permit and revokes it.
      suspensions.check(application.fullId());
      if (draining) {
        throw new Refusal.Draining();
      }
      return permit;
    } catch (Refusal refusal) {
      permit.close();
      throw refusal;
    }
  }

  /**
   * Ends what runs of an application; nothing happens to who comes later.
   *
   * @param fullId see {@link Application#fullId}
   */
  public void revoke(String fullId, Refusal why) {
    permits.revoke(fullId, why);
  }

  /** Ends everything that runs; nothing happens to who comes later. */
  public void revokeAll(Refusal why) {
    permits.revokeAll(why);
  }

  /**
   * Permits that an application holds now.
   *
   * @param fullId see {@link Application#fullId}
   */
  public int live(String fullId) {
    return permits.count(fullId);
  }

  /**
   * A request that holds a permit.
   *
   * @param application whose it is
   */
  public record Running(Application application, InFlight request) {}

  /** Requests that hold a permit now, in no order. */
  public Stream<Running> running() {
    return permits.all().map(permit -> new Running(permit.application(), permit.request()));
  }

  /** Why nobody is let in, or null: no room for records, or nothing known of suspensions. */
  public @Nullable String full() {
    return suspensions.isKnown()
        ? ledger.full()
        : "suspensions: not known yet, as the database is away";
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
   * @return false if that took longer than {@code timeout}, or somebody hurried; the next to wait
   *     is not hurried any more
   */
  public boolean awaitIdle(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (live.get() > 0) {
        if (left <= 0 || hurried) {
          hurried = false;
          return false;
        }
        left = idle.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the patience of whoever waits, or of the next who does. */
  public void hurry() {
    lock.lock();
    try {
      hurried = true;
      idle.signalAll();
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
