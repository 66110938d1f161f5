package kz.qaqpa.admission.quota.redis;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.LimitsBuilder;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.admission.quota.QuotaStoreAway;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.quota.redis.RedisObserver.Account;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;

/**
 * Hundreds of clients at once against small limits, through one to three stores and one Redis. They
 * hold, leave at any point and come again; connections break under them and Redis dies. An observer
 * reads all counters in one step, again and again: no window may ever hold more than its limit.
 */
@Tag("redis")
class RedisStormTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CLIENTS = 240;
  private static final int STREAMS = 120;
  private static final String PREFIX = "s:";

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void noWindowIsEverOverItsLimit(int stores) {
    Seeds.forRandom(
        TestSize.tries(1, 10), random -> new Storm(random, stores, QuotaFallback.CLOSED).run());
  }

  @Test
  void norWhenRepliesAreLost() {
    Seeds.forRandom(
        TestSize.tries(1, 10),
        random -> {
          Storm storm = new Storm(random, 2, QuotaFallback.CLOSED);
          storm.packets = 40;
          storm.run();
          assertThat(storm.lost).isPositive();
        });
  }

  @Test
  void norWhenRedisIsKilled() {
    Seeds.forRandom(
        TestSize.tries(1, 10),
        random -> {
          Storm storm = new Storm(random, 3, QuotaFallback.CLOSED);
          storm.kills = 2;
          storm.run();
          assertThat(storm.away).hasPositiveValue();
          assertThat(storm.exceeded).isZero();
        });
  }

  @Test
  void whereTheyMayGoOnWithoutRedis_limitsAreExceededByWhatIsCounted() {
    Seeds.forRandom(
        TestSize.tries(1, 10),
        random -> {
          Storm storm = new Storm(random, 3, QuotaFallback.LOCAL_SHARE);
          storm.kills = 2;
          storm.run();
        });
  }

  /** One run. */
  private static final class Storm {
    private final RandomGenerator random;
    private final FakeClock clock = new FakeClock("2026-11-23T12:00:10Z");
    private final QuotaFallback fallback;
    private final int replicas;
    private final Map<String, Limits> limits = new HashMap<>();
    private final List<Subject> subjects = new ArrayList<>();
    private final List<RedisQuotaStore> stores = new ArrayList<>();
    private final List<LossyProxy> proxies = new ArrayList<>();
    private final AtomicLong grants = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong away = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private int packets;
    private int kills;
    private int lost;
    private long exceeded;

    Storm(RandomGenerator random, int replicas, QuotaFallback fallback) {
      this.random = random;
      this.replicas = replicas;
      this.fallback = fallback;
      Limits agency =
          limits()
              .with(TOKENS_PER_MINUTE, random.nextInt(4_000, 8_000))
              .with(TOKENS_PER_DAY, random.nextInt(20_000, 40_000))
              .with(TOKENS_PER_MONTH, random.nextInt(20_000, 50_000))
              .streams(STREAMS)
              .build();
      limits.put("", agency);
      for (String application : List.of("one", "two", "three")) {
        LimitsBuilder own =
            limits().with(TOKENS_PER_MINUTE, random.nextInt(2_000, 5_000)).streams(STREAMS / 2);
        if (random.nextBoolean()) {
          own.with(CHARACTERS_PER_DAY, random.nextInt(30_000, 60_000));
        }
        limits.put(":" + application, own.build());
        subjects.add(new Subject("agency", agency, application, own.build(), fallback));
      }
    }

    void run() throws Exception {
      try (RedisServer server = RedisServer.start();
          RedisObserver observer = new RedisObserver(server);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        open(server);
        RandomGenerator steps = new SplittableRandom(random.nextLong());
        Future<?> looking = threads.submit(() -> observe(observer, steps));
        try {
          storm(server, threads);
        } finally {
          over.set(true);
        }
        looking.get();
        lost = proxies.stream().mapToInt(LossyProxy::lost).sum();
        exceeded = stores.stream().mapToLong(RedisStormTest::over).sum();
        nothingIsLeft(observer);
        useUp(observer);
      } finally {
        stores.forEach(RedisQuotaStore::close);
        proxies.forEach(LossyProxy::close);
      }
    }

    private void storm(RedisServer server, ExecutorService threads) throws Exception {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        RandomGenerator own = new SplittableRandom(random.nextLong());
        clients.add(threads.submit(() -> client(own)));
      }
      for (int i = 0; i < kills; i++) {
        killAndRestart(server, clients);
      }
      for (Future<?> one : clients) {
        one.get();
      }
      proxies.forEach(proxy -> proxy.lose(0));
      RedisStores.await(() ->
          stores.stream().allMatch(store -> store.health().up() && store.health().pending() == 0));
    }

    private void open(RedisServer server) {
      for (int i = 0; i < replicas; i++) {
        RedisTuning tuning =
            RedisTuning.of(server)
                .prefix(PREFIX)
                .replicas(replicas)
                .lease(Duration.ofMinutes(10)) // Time goes faster than leases are renewed.
                .timeout(kills > 0 ? Duration.ofMillis(500) : Duration.ofSeconds(10));
        if (packets > 0) {
          LossyProxy proxy = LossyProxy.before(server);
          proxies.add(proxy);
          tuning.url(proxy.url());
        }
        stores.add(RedisStores.open(tuning, clock));
      }
      proxies.forEach(proxy -> proxy.lose(packets));
    }

    /** At a random moment; it is away until some have noticed, if any are left. */
    private void killAndRestart(RedisServer server, List<Future<?>> clients) {
      LockSupport.parkNanos(random.nextLong(100_000_000, 400_000_000));
      server.kill();
      // Under a share nobody is told that it is away: they go on.
      LongSupplier noticed =
          fallback == QuotaFallback.CLOSED ? away::get : () -> grants.get() + refusals.get();
      long wanted = noticed.getAsLong() + 20;
      RedisStores.await(
          () -> noticed.getAsLong() >= wanted || clients.stream().allMatch(Future::isDone));
      server.restart();
    }

    private Void client(RandomGenerator random) {
      int requests = TestSize.tries(8, 60);
      for (int i = 0; i < requests; i++) {
        Subject subject = subjects.get(random.nextInt(subjects.size()));
        RedisQuotaStore store = stores.get(random.nextInt(stores.size()));
        if (store.enter(subject) instanceof Pass pass) {
          ask(pass, random);
        } else {
          refusals.incrementAndGet();
          LockSupport.parkNanos(random.nextLong(5_000_000));
        }
      }
      return null;
    }

    private void ask(Pass pass, RandomGenerator random) {
      Demand demand =
          new Demand(
              random.nextInt(1, 60),
              random.nextInt(200),
              random.ints(random.nextInt(1, 4), 1, 150).boxed().toList());
      if (random.nextInt(10) == 0) { // Leaves while Redis is asked.
        Disposable asked = pass.reserve(demand).subscribe(null, _ -> {});
        LockSupport.parkNanos(random.nextLong(3_000_000));
        asked.dispose();
        pass.close(Used.NOTHING).block(PATIENCE);
        return;
      }
      try {
        Outcome outcome = pass.reserve(demand).block(PATIENCE);
        if (outcome instanceof Grant grant) {
          grants.incrementAndGet();
          LockSupport.parkNanos(random.nextLong(20_000_000)); // It streams.
          long most = demand.promptTokens() + demand.output(grant.outputTokens());
          pass.close(new Used(random.nextLong(most + 1), random.nextLong(1_500))).block(PATIENCE);
        } else {
          refusals.incrementAndGet();
        }
      } catch (QuotaStoreAway _) {
        away.incrementAndGet();
        LockSupport.parkNanos(random.nextLong(30_000_000));
      }
      pass.close(Used.NOTHING).block(PATIENCE); // Again, or as it was refused.
    }

    /** Minutes end meanwhile. */
    private Void observe(RedisObserver observer, RandomGenerator steps) {
      while (!over.get()) {
        observer
            .accounts(PREFIX)
            .ifPresent(accounts -> {
              looks.incrementAndGet();
              if (fallback == QuotaFallback.CLOSED) {
                accounts.forEach(this::within);
              }
            });
        clock.move(Duration.ofMillis(steps.nextLong(-20, 200)));
        LockSupport.parkNanos(1_000_000);
      }
      return null;
    }

    private void within(String key, Account account) {
      long[] most = limitsOf(key).windows();
      for (Counter counter : Counter.values()) {
        assertThat(account.settled()[counter.index()]).isNotNegative();
        assertThat(account.reserved()[counter.index()]).isNotNegative();
        assertThat(account.taken(counter))
            .as("%s %s", key, counter)
            .isLessThanOrEqualTo(most[counter.index()]);
      }
      assertThat(account.streams())
          .isBetween(0L, (long) Objects.requireNonNull(limitsOf(key).concurrentStreams()));
    }

    private Limits limitsOf(String key) {
      String application = key.substring(key.indexOf(":account") + ":account".length());
      return Objects.requireNonNull(limits.get(application), key);
    }

    private void nothingIsLeft(RedisObserver observer) {
      assertThat(grants).hasPositiveValue();
      assertThat(refusals).hasPositiveValue();
      assertThat(looks).hasPositiveValue();
      Map<String, Account> accounts = observer.accounts(PREFIX).orElseThrow();
      assertThat(accounts).hasSize(4);
      accounts.forEach((key, account) -> {
        assertThat(account.isQuiet()).as(key).isTrue();
        long[] most = limitsOf(key).windows();
        for (Counter counter : Counter.values()) {
          long allowed = most[counter.index()];
          assertThat(account.taken(counter))
              .isLessThanOrEqualTo(allowed == Long.MAX_VALUE ? allowed : allowed + exceeded);
        }
      });
      assertThat(observer.redis().zcard(PREFIX + "{agency}:leases")).isZero();
      // All that was used is there, and nothing twice.
      assertThat(agency(observer).taken(TOKENS_PER_MONTH))
          .isEqualTo(stores.stream().mapToLong(store -> store.totals().settled().tokens()).sum());
      stores.forEach(store -> assertThat(store.totals().reserved()).isEqualTo(Used.NOTHING));
    }

    private static Account agency(RedisObserver observer) {
      return Objects.requireNonNull(
          observer.accounts(PREFIX).orElseThrow().get(PREFIX + "{agency}:account"));
    }

    /** As long as the shortest answer fits into day and month, it is given. */
    private void useUp(RedisObserver observer) {
      Subject wide =
          new Subject(
              "agency",
              limits().with(TOKENS_PER_DAY, 60_000).with(TOKENS_PER_MONTH, 60_000).build(),
              "one",
              limits().build());
      int floor = 5 + Limits.USUAL_GRANT;
      for (int i = 0; i < 200; i++) {
        long left = 60_000 - agency(observer).taken(TOKENS_PER_MONTH);
        Pass pass = RedisStores.enter(stores.get(i % stores.size()), wide);
        Outcome outcome = RedisStores.reserve(pass, new Demand(5, 0, List.of(2_000)));
        assertThat(outcome).isInstanceOf(left >= floor ? Grant.class : Shortage.class);
        if (!(outcome instanceof Grant grant)) {
          RedisStores.close(pass, 0, 0);
          return;
        }
        assertThat((long) grant.outputTokens()).isEqualTo(Math.min(2_000, left - 5));
        RedisStores.close(pass, 5 + grant.outputTokens(), 0);
      }
      throw new AssertionError("never used up");
    }
  }

  private static long over(RedisQuotaStore store) {
    Used over = store.health().overshoot();
    return Math.max(over.tokens(), over.characters());
  }
}
