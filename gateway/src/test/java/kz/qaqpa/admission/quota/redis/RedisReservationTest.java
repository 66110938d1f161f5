package kz.qaqpa.admission.quota.redis;

import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Grant;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.quota.redis.RedisObserver.Account;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What becomes of a reservation in Redis: asked twice, ended early, late or never. */
@Tag("redis")
class RedisReservationTest {
  private static final Duration LEASE = Duration.ofMillis(1_500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Limits DAY = limits().with(TOKENS_PER_DAY, 1_000).build();
  private static final Subject APP = new Subject("agency", limits().build(), "app", DAY);

  private static RedisServer server;
  private static RedisObserver observer;
  private RedisQuotaStore store;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
    observer = new RedisObserver(server);
  }

  @AfterAll
  static void stop() {
    observer.close();
    server.close();
  }

  @BeforeEach
  void open() {
    observer.redis().flushall();
    store = RedisStores.open(RedisTuning.of(server).lease(LEASE));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatGetsNoAnswer_needsRoomForItsPromptAlone() {
    Demand all = new Demand(1_000, 4_000, List.of());
    Pass pass = RedisStores.enter(store, APP);
    assertThat(RedisStores.reserve(pass, all)).isInstanceOf(Grant.class);
    RedisStores.close(pass, 1_000, 4_000);
    Pass next = RedisStores.enter(store, APP);
    assertThat(RedisStores.reserve(next, new Demand(1, 4, List.of()))).isInstanceOf(Shortage.class);
    RedisStores.close(next, 0, 0);
  }

  @Test
  void askedAgain_givesTheSameAndTakesItOnce() {
    ScriptCall ask = store.script().reserve("id", APP, RedisStores.demand(20, 60));
    ScriptCall.Reply first = call(ask);
    ScriptCall.Reply second = call(ask);
    assertThat(second.word()).isEqualTo(first.word()).isEqualTo("granted");
    assertThat(second.numbers(5)).isEqualTo(first.numbers(5));
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(80);
    assertThat(account("app").streams()).isEqualTo(1);
  }

  @Test
  void settledAgain_countsOnce() {
    store.close();
    store = RedisStores.open(RedisTuning.of(server), new FakeClock("2026-11-23T12:00:10Z"));
    call(store.script().reserve("id", APP, RedisStores.demand(20, 60)));
    ScriptCall end = store.script().settle("agency", "id", new Used(33, 44));
    assertThat(call(end).number()).isEqualTo(1);
    assertThat(call(end).number()).isZero();
    assertThat(account("app").settled()).containsExactly(33, 44, 33, 44, 33, 44);
    assertThat(account("app").isQuiet()).isTrue();
    assertThat(account("").settled()).containsExactly(33, 44, 33, 44, 33, 44);
    assertThat(call(store.script().reserve("id", APP, RedisStores.demand(20, 60))).word())
        .isEqualTo("ended");
  }

  @Test
  void endedBeforeItBegan_neverBegins() {
    call(store.script().settle("agency", "id", Used.NOTHING));
    assertThat(call(store.script().reserve("id", APP, RedisStores.demand(20, 60))).word())
        .isEqualTo("ended");
    assertThat(observer.redis().exists("t:{agency}:account")).isZero();
  }

  @Test
  void closedBeforeRedisAnswers_leavesNothing() {
    List<Mono<Outcome>> asked = new ArrayList<>();
    List<Mono<Void>> closed = new ArrayList<>();
    observer.redis().clientPause(2_000);
    for (int i = 0; i < 200; i++) {
      Pass pass = RedisStores.enter(store, APP);
      Mono<Outcome> outcome = pass.reserve(RedisStores.demand(5, 10)).cache();
      outcome.subscribe(null, _ -> {});
      asked.add(outcome);
      closed.add(pass.close(Used.NOTHING));
    }
    Mono.when(closed).block(PATIENCE);
    assertThat(asked)
        .allSatisfy(outcome ->
            assertThatThrownBy(() -> outcome.block(PATIENCE))
                .isInstanceOf(IllegalStateException.class));
    assertNothingIsLeft();
  }

  /** Whichever is first, the end or the answer. */
  @Test
  void closedWhileRedisIsAsked_leavesNothing() {
    for (int i = 0; i < 200; i++) {
      Pass pass = RedisStores.enter(store, APP);
      Mono<Outcome> asked = pass.reserve(RedisStores.demand(5, 10)).cache();
      asked.subscribe(null, _ -> {});
      pass.close(Used.NOTHING).block(PATIENCE);
      try {
        assertThat(asked.block(PATIENCE)).isInstanceOf(Grant.class);
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("reserve: the request is over");
      }
    }
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    RedisStores.await(() -> store.health().pending() == 0);
    assertThat(account("app").isQuiet()).isTrue();
    assertThat(account("app").taken(TOKENS_PER_DAY)).isZero();
    assertThat(observer.redis().zcard("t:{agency}:leases")).isZero();
    assertThat(store.totals().reserved()).isEqualTo(Used.NOTHING);
  }

  @Test
  void reservesOnce_andNotWhenItIsOver() {
    Pass pass = RedisStores.enter(store, APP);
    RedisStores.grant(pass, 20, 60);
    assertThatThrownBy(() -> RedisStores.reserve(pass, RedisStores.demand(1, 1)))
        .isInstanceOf(IllegalStateException.class);
    RedisStores.close(pass, 30, 0);
    RedisStores.close(pass, 30, 0);
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(30);
    Pass over = RedisStores.enter(store, APP);
    RedisStores.close(over, 5, 5);
    assertThatThrownBy(() -> RedisStores.reserve(over, RedisStores.demand(1, 1)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.totals().settled()).isEqualTo(new Used(30, 0));
  }

  @Test
  void whatIsHeldByADeadGateway_countsInFull_andItsStreamsAreFree() throws Exception {
    Subject narrow = new Subject("agency", limits().build(), "app", DAY.withConcurrentStreams(1));
    call(store.script().reserve("dead", narrow, RedisStores.demand(20, 60)));
    assertThat(RedisStores.shortage(RedisStores.enter(store, narrow), 5, 10).setting())
        .isEqualTo("concurrentStreams");
    awaitLease("dead");
    RedisStores.close(grantedTo(narrow, 5, 10), 10, 0);
    assertThat(account("app").settled()[TOKENS_PER_DAY.index()]).isEqualTo(80 + 10);
    assertThat(account("app").isQuiet()).isTrue();
    // It was alive after all: what it did not use is given back, once.
    assertThat(call(store.script().settle("agency", "dead", new Used(30, 0))).number()).isOne();
    assertThat(call(store.script().settle("agency", "dead", new Used(30, 0))).number()).isZero();
    assertThat(account("app").settled()[TOKENS_PER_DAY.index()]).isEqualTo(30 + 10);
    assertThat(account("").settled()[TOKENS_PER_DAY.index()]).isEqualTo(30 + 10);
  }

  @Test
  void aLeaseThatRanOut_isTakenUpAgain() throws Exception {
    call(store.script().reserve("slow", APP, RedisStores.demand(20, 60)));
    awaitLease("slow");
    RedisStores.close(grantedTo(APP, 5, 10), 10, 0); // Somebody notices.
    assertThat(account("app").isQuiet()).isTrue();
    assertThat(call(store.script().renew("agency", List.of("slow", "never"))).number()).isOne();
    assertThat(account("app").streams()).isEqualTo(1);
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(80 + 10);
    call(store.script().settle("agency", "slow", new Used(30, 0)));
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(30 + 10);
    assertThat(account("app").isQuiet()).isTrue();
  }

  @Test
  void aLivingStream_keepsItsLease_withOneCallForAll() {
    List<Pass> passes = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      passes.add(grantedTo(APP, 1, 10));
    }
    long before = calls("evalsha");
    long end = System.nanoTime() + 3 * LEASE.toNanos();
    while (System.nanoTime() < end) {
      assertThat(account("app").streams()).isEqualTo(60);
    }
    // Three in each lease, and a slow machine may be late.
    assertThat(calls("evalsha") - before).isBetween(2L, 12L);
    passes.forEach(pass -> RedisStores.close(pass, 1, 0));
    assertThat(account("app").isQuiet()).isTrue();
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(60);
  }

  @Test
  void oneCallReserves_andOneSettles() {
    RedisStores.close(grantedTo(APP, 1, 1), 1, 0); // The script is known now.
    long calls = calls("evalsha");
    long texts = calls("eval");
    long asked = calls("get") + calls("hmget");
    assertThat(asked).isPositive(); // Those of the script are counted there too.
    for (int i = 0; i < 25; i++) {
      RedisStores.close(grantedTo(APP, 1, 1), 1, 0);
    }
    // A renewal may fall into it.
    assertThat(calls("evalsha") - calls).isBetween(50L, 54L);
    assertThat(calls("eval") - texts).isZero();
  }

  @Test
  void aForgottenScript_isSentAgain() {
    RedisStores.close(grantedTo(APP, 20, 10), 5, 0);
    observer.redis().scriptFlush();
    Pass pass = grantedTo(APP, 20, 10);
    observer.redis().scriptFlush();
    RedisStores.close(pass, 7, 0);
    assertThat(account("app").taken(TOKENS_PER_DAY)).isEqualTo(12);
  }

  @Test
  void newLimits_applyAtOnce() {
    Pass first = grantedTo(APP, 500, 100);
    Subject lowered =
        new Subject("agency", limits().build(), "app", limits().with(TOKENS_PER_DAY, 610).build());
    Shortage refused = RedisStores.shortage(RedisStores.enter(store, lowered), 10, 20);
    assertThat(refused.most()).isEqualTo(10);
    assertThat(refused.whose()).isEqualTo("application app");
    RedisStores.close(first, 550, 0);
    assertThat(RedisStores.grant(RedisStores.enter(store, lowered), 10, 80).outputTokens())
        .isEqualTo(50);
  }

  @Test
  void everyKey_expiresByItself() {
    RedisStores.close(grantedTo(APP, 5, 10), 5, 0);
    grantedTo(APP, 5, 10);
    call(store.script().count("c", APP, java.time.Instant.now(), new Used(1, 1)));
    List<String> keys = observer.redis().keys("t:{*");
    assertThat(keys).hasSizeGreaterThanOrEqualTo(6);
    assertThat(keys).allSatisfy(key -> assertThat(observer.redis().pttl(key)).isPositive());
    // And of what ended nothing stays but a word.
    assertThat(keys).allSatisfy(key -> assertThat(key).startsWith("t:{agency}:"));
  }

  @Test
  void theLedger_isAskedOnce_howeverManyBeginAtOnce() {
    observer.redis().flushall();
    LocalDate today = LocalDate.now(ZoneId.of("Asia/Almaty"));
    List<PastUse> sums =
        List.of(
            new PastUse("agency", "app", today, new Used(100, 400), new Used(700, 2_800)),
            new PastUse("agency", "other", today, new Used(1, 2), new Used(3, 4)),
            new PastUse("agency", "old", today.minusMonths(2), new Used(9, 9), new Used(9, 9)));
    List<RedisQuotaStore> stores = new ArrayList<>();
    try {
      List<Mono<Void>> starts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        RedisQuotaStore one =
            new RedisQuotaStore(RedisTuning.of(server).settings(), () -> Mono.just(sums));
        stores.add(one);
        starts.add(one.start());
      }
      Mono.when(starts).block(PATIENCE);
      assertThat(account("app").settled()).containsExactly(0, 0, 100, 400, 700, 2_800);
      assertThat(account("").settled()).containsExactly(0, 0, 101, 402, 703, 2_804);
      assertThat(account("old").settled()).containsOnly(0);
      // What is known there outranks the ledger.
      PastUse more = new PastUse("agency", "app", today, new Used(5, 5), new Used(5, 5));
      assertThat(stores.getFirst().restore(more).block(PATIENCE)).isFalse();
      assertThat(account("app").taken(TOKENS_PER_MONTH)).isEqualTo(700);
    } finally {
      stores.forEach(RedisQuotaStore::close);
    }
  }

  @Test
  void readings_haveTheLimits() {
    store.close();
    store = RedisStores.open(RedisTuning.of(server), new FakeClock("2026-11-23T12:00:10Z"));
    Pass pass = grantedTo(APP, 20, 60);
    assertThat(RedisStores.readings(store, APP, false))
        .contains(
            new kz.qaqpa.admission.quota.QuotaStore.Reading(TOKENS_PER_DAY, 1_000, 0, 80),
            new kz.qaqpa.admission.quota.QuotaStore.Reading(
                TOKENS_PER_MINUTE, Long.MAX_VALUE, 0, 80));
    RedisStores.close(pass, 5, 0);
    assertThat(store.health())
        .isEqualTo(
            new kz.qaqpa.admission.quota.QuotaStore.Health("redis", true, Used.NOTHING, 0, 0));
    assertThat(store.clockBehind()).isZero();
  }

  private Pass grantedTo(Subject subject, int prompt, int answer) {
    Pass pass = RedisStores.enter(store, subject);
    Grant grant = RedisStores.grant(pass, prompt, answer);
    assertThat(grant.outputTokens()).isEqualTo(answer);
    return pass;
  }

  private ScriptCall.Reply call(ScriptCall call) {
    return Objects.requireNonNull(store.link().call(call).block(PATIENCE));
  }

  private static void awaitLease(String id) {
    RedisStores.await(() -> {
      Double over = observer.redis().zscore("t:{agency}:leases", id);
      long now = Long.parseLong(observer.redis().time().getFirst()) * 1_000;
      return over != null && over + 1_000 < now;
    });
  }

  private static Account account(String application) {
    Map<String, Account> all = observer.accounts("t:").orElseThrow();
    String key = "t:{agency}:account" + (application.isEmpty() ? "" : ":" + application);
    return Objects.requireNonNull(all.get(key), key);
  }

  private static long calls(String command) {
    Matcher matcher =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(observer.redis().info("commandstats"));
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
