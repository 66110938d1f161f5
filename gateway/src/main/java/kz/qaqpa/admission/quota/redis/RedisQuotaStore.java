package kz.qaqpa.admission.quota.redis;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.Entry;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.LocalPass;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.QuotaStoreAway;
import kz.qaqpa.admission.quota.QuotaTotals;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.guard.Bulkhead;
import kz.qaqpa.guard.Guards;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * What all agencies have used and hold, counted in Redis for all gateways together. Any thread;
 * nothing here waits, and results come on threads of its own.
 *
 * <pre>
 * Two looks   A request enters by a book in memory: this process alone stays within the limits of
 *             requests and streams. Then it reserves in Redis, all limits in one call of one
 *             script, and there the sum of all gateways stays within them.
 * Leases      What is reserved has to be renewed. A gateway that dies leaves reservations that
 *             count as used, in full, when their lease is over.
 * Share       The book counts all that this process uses against its share of each limit. While
 *             Redis is away, applications that may go on do so under what is left of that share;
 *             what they use is told to Redis afterwards, and by how much that was too much.
 * </pre>
 */
public final class RedisQuotaStore implements QuotaStore {
  private static final Duration TICK = Duration.ofMillis(200);
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);
  private static final int THREADS = 2;
  private static final int RENEWALS = 3;

  private final Scheduler scheduler = Schedulers.newParallel("quota", THREADS, true);
  private final QuotaBook book;
  private final QuotaScript script;
  private final RedisLink link;
  private final Settlements settlements;
  private final Leases leases;
  private final PastUse.Source past;
  private final String known;
  private final int replicas;
  private final int pendingSettles;
  private final String ids;
  private final AtomicLong passes = new AtomicLong();
  private final ConcurrentMap<String, Limits> limits = new ConcurrentHashMap<>();
  private final LongAdder overTokens = new LongAdder();
  private final LongAdder overCharacters = new LongAdder();
  private final List<Disposable> clocks = new ArrayList<>();
  private volatile Duration behind = Duration.ZERO;

  /**
   * A store that goes by Redis's clock.
   *
   * @param past asked when Redis knows nothing
   * @throws IllegalArgumentException if the file with the password cannot be read
   */
  public RedisQuotaStore(QuotaSettings settings, PastUse.Source past) {
    this(settings, past, QuotaBook.system(), null);
  }

  /**
   * @param clock a test's time instead of Redis's
   */
  RedisQuotaStore(
      QuotaSettings settings, PastUse.Source past, QuotaBook book, @Nullable InstantSource clock) {
    this.book = book;
    this.script = new QuotaScript(settings.prefix(), settings.lease(), clock);
    this.past = past;
    this.known = settings.prefix() + "known";
    this.replicas = settings.replicas();
    this.pendingSettles = settings.pendingSettles();
    this.ids = randomIds();
    this.link = new RedisLink(settings, scheduler, this::prepare, this::ready);
    this.settlements =
        new Settlements(link, scheduler, settings.redisTimeout(), settings.pendingSettles());
    this.leases = new Leases(link, script);
    every(TICK, this::tick);
    every(settings.lease().dividedBy(RENEWALS), () -> leases.renew().subscribe());
  }

  private static String randomIds() {
    byte[] random = new byte[9];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random) + '-';
  }

  private void every(Duration period, Runnable task) {
    clocks.add(
        scheduler.schedulePeriodically(
            task, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS));
  }

  private void tick() {
    link.probe();
    settlements.flush();
  }

  private void ready() {
    leases.renew().subscribe(); // Before others take them for lost.
    settlements.flush();
  }

  /**
   * Connects.
   *
   * @return completes when Redis counts; fails if it cannot be reached now, while it is tried again
   */
  Mono<Void> start() {
    return link.start();
  }

  /** A Redis that is new, or has lost what it knew, is told what the ledger knows. */
  private Mono<Void> prepare(RedisScripts redis) {
    return redis
        .get(known)
        .switchIfEmpty(
            past.sums()
                .flatMapMany(Flux::fromIterable)
                .concatMap(one -> redis.call(script.restore(one)))
                .then(redis.set(known, "1")))
        .then();
  }

  /**
   * Counts what an application used before, unless Redis counts for it already.
   *
   * @return whether it did
   */
  public Mono<Boolean> restore(PastUse use) {
    return link.call(script.restore(use)).map(reply -> reply.number() == 1);
  }

  @Override
  public Entry enter(Subject subject) {
    note(subject.agency(), subject.agencyLimits());
    note(name(subject.agency(), subject.application()), subject.limits());
    return switch (book.enter(subject.share(replicas, !link.isUp()))) {
      case LocalPass local ->
          new RedisPass(this, local, subject, ids + Long.toHexString(passes.incrementAndGet()));
      case Pass other -> other;
      case Shortage shortage -> shortage;
    };
  }

  private void note(String whose, Limits now) {
    if (!now.equals(limits.get(whose))) {
      limits.put(whose, now);
    }
  }

  private static String name(String agency, @Nullable String application) {
    return application == null ? agency : agency + '/' + application;
  }

  @Override
  public Mono<List<Reading>> read(String agency, @Nullable String application) {
    long[] most = limits.getOrDefault(name(agency, application), Limits.NONE).windows();
    return link.call(script.read(agency, application))
        .map(reply -> {
          reply.numbers(Counter.Window.values().length);
          Counter[] counters = Counter.values();
          long[] settled = reply.numbers(counters.length);
          long[] reserved = reply.numbers(counters.length);
          List<Reading> readings = new ArrayList<>(counters.length);
          for (Counter counter : counters) {
            int i = counter.index();
            readings.add(new Reading(counter, most[i], settled[i], reserved[i]));
          }
          return readings;
        })
        .onErrorMap(failure -> away("quotas"));
  }

  /** What is said while Redis is away. */
  static QuotaStoreAway away(String what) {
    return new QuotaStoreAway(
        what + ": cannot be counted now (expected: soon again; send the request again then)");
  }

  /** Sums of this process. */
  @Override
  public QuotaTotals totals() {
    return book.totals();
  }

  /** As Redis last told. */
  @Override
  public Duration clockBehind() {
    return behind;
  }

  @Override
  public Health health() {
    return new Health(
        "redis",
        link.isUp(),
        new Used(overTokens.sum(), overCharacters.sum()),
        settlements.pending(),
        settlements.dropped());
  }

  @Override
  public void guard(Guards guards) {
    link.guard(guards);
    guards.add(new Bulkhead("redis", pendingSettles, () -> Math.toIntExact(settlements.pending())));
  }

  QuotaScript script() {
    return script;
  }

  RedisLink link() {
    return link;
  }

  Settlements settlements() {
    return settlements;
  }

  Leases leases() {
    return leases;
  }

  int replicas() {
    return replicas;
  }

  void behind(Duration now) {
    behind = now;
  }

  void over(long tokens, long characters) {
    overTokens.add(tokens);
    overCharacters.add(characters);
  }

  /** To be called by a thread that may wait: what Redis has not been told yet gets a second. */
  @Override
  public void close() {
    long deadline = System.nanoTime() + LAST_WORDS.toNanos();
    while (settlements.pending() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(1_000_000);
    }
    clocks.forEach(Disposable::dispose);
    link.close();
    scheduler.dispose();
  }
}
