package kz.qaqpa.admission.quota.redis;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Entry;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;

/** Stores for tests, and requests that wait for them. */
public final class RedisStores {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private RedisStores() {}

  /** A store that is connected. */
  public static RedisQuotaStore open(RedisTuning tuning) {
    return open(tuning, PastUse.Source.NONE);
  }

  /** A store that is connected and asks what was used before. */
  public static RedisQuotaStore open(RedisTuning tuning, PastUse.Source past) {
    RedisQuotaStore store = new RedisQuotaStore(tuning.settings(), past);
    store.start().block(PATIENCE);
    return store;
  }

  /** A store that goes by a test's clock. */
  public static RedisQuotaStore open(RedisTuning tuning, FakeClock clock) {
    RedisQuotaStore store =
        new RedisQuotaStore(tuning.settings(), PastUse.Source.NONE, clock.book(), clock);
    store.start().block(PATIENCE);
    return store;
  }

  /** A store that is not connected. */
  public static RedisQuotaStore closed(RedisTuning tuning) {
    RedisQuotaStore store = new RedisQuotaStore(tuning.settings(), PastUse.Source.NONE);
    store.start().subscribe(null, _ -> {});
    return store;
  }

  /** Minute, day and month that Redis finds at a time, where nothing was counted before. */
  public static long[] windowsAt(RedisQuotaStore store, long millis) {
    QuotaScript script =
        new QuotaScript("none:", Duration.ofSeconds(1), InstantSource.fixed(instant(millis)));
    ScriptCall.Reply reply = store.link().call(script.read("nobody", null)).block(PATIENCE);
    if (reply == null) {
      throw new AssertionError("no reply");
    }
    return reply.numbers(3);
  }

  private static java.time.Instant instant(long millis) {
    return java.time.Instant.ofEpochMilli(millis);
  }

  static Pass enter(QuotaStore store, Subject subject) {
    Entry entry = store.enter(subject);
    if (entry instanceof Pass pass) {
      return pass;
    }
    throw new AssertionError("no pass: " + entry);
  }

  static Outcome reserve(Pass pass, Demand demand) {
    Outcome outcome = pass.reserve(demand).block(PATIENCE);
    if (outcome == null) {
      throw new AssertionError("no outcome");
    }
    return outcome;
  }

  static Grant grant(Pass pass, int prompt, int answer) {
    Outcome outcome = reserve(pass, demand(prompt, answer));
    if (outcome instanceof Grant grant) {
      return grant;
    }
    throw new AssertionError("no grant: " + outcome);
  }

  static Shortage shortage(Pass pass, int prompt, int answer) {
    Outcome outcome = reserve(pass, demand(prompt, answer));
    pass.close(Used.NOTHING).block(PATIENCE);
    if (outcome instanceof Shortage shortage) {
      return shortage;
    }
    throw new AssertionError("no shortage: " + outcome);
  }

  static void close(Pass pass, int tokens, int characters) {
    pass.close(new Used(tokens, characters)).block(PATIENCE);
  }

  static Demand demand(int prompt, int answer) {
    return new Demand(prompt, 0, List.of(answer));
  }

  static List<QuotaStore.Reading> readings(QuotaStore store, Subject subject, boolean agency) {
    List<QuotaStore.Reading> readings =
        store.read(subject.agency(), agency ? null : subject.application()).block(PATIENCE);
    if (readings == null) {
      throw new AssertionError("no readings");
    }
    return readings;
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** A book, to compare with. */
  static QuotaBook book(FakeClock clock) {
    return clock.book();
  }
}
