package kz.qaqpa.admission.quota.redis;

import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.QuotaStoreAway;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.quota.redis.RedisObserver.Account;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.Ports;
import kz.qaqpa.guard.Guards;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Redis dies, hangs, forgets, refuses, or is not there yet. */
@Tag("redis")
class RedisAwayTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TIMEOUT = Duration.ofMillis(700);
  private static final Limits DAY = limits().with(TOKENS_PER_DAY, 1_000).build();
  private static final Subject CLOSED = new Subject("agency", Limits.NONE, "app", DAY);
  private static final Subject SHARE =
      new Subject("agency", Limits.NONE, "app", DAY, QuotaFallback.LOCAL_SHARE);

  private RedisServer server;
  private final List<RedisQuotaStore> stores = new ArrayList<>();

  @BeforeEach
  void start() {
    server = RedisServer.start();
  }

  @AfterEach
  void stop() {
    stores.forEach(RedisQuotaStore::close);
    server.close();
  }

  private RedisQuotaStore open(RedisTuning tuning) {
    RedisQuotaStore store = RedisStores.open(tuning.timeout(TIMEOUT));
    stores.add(store);
    RedisStores.close(granted(store, CLOSED, 1, 1), 0, 0); // The script is known.
    return store;
  }

  private RedisTuning tuning() {
    return RedisTuning.of(server);
  }

  @Test
  void closed_nothingBegins_andWhatEndedMeanwhile_isToldAfterwards() {
    RedisQuotaStore store = open(tuning());
    Pass one = granted(store, CLOSED, 20, 60);
    Pass two = granted(store, CLOSED, 20, 60);
    server.kill();
    for (int i = 0; i < 10; i++) {
      refused(store, CLOSED, 5, 10);
    }
    assertThat(store.health().up()).isFalse();
    RedisStores.close(one, 30, 0); // Nobody waits for Redis to come back.
    RedisStores.close(two, 40, 0);
    assertThat(store.health().pending()).isGreaterThanOrEqualTo(2);
    assertThat(store.totals().settled().tokens()).isEqualTo(70);
    server.restart();
    RedisStores.await(() -> store.health().up() && store.health().pending() == 0);
    assertThat(account().isQuiet()).isTrue();
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(70);
    RedisStores.close(granted(store, CLOSED, 5, 10), 15, 0);
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(85);
    assertThat(store.health().overshoot()).isEqualTo(Used.NOTHING);
    assertThat(store.health().dropped()).isZero();
  }

  @Test
  void closed_whenRedisHangs_nobodyWaitsLong_andWhatWasAskedIsGivenBack() throws Exception {
    RedisQuotaStore store = open(tuning());
    Guards guards = new Guards();
    store.guard(guards);
    assertThat(guards.details()).isEmpty();
    server.freeze(true);
    for (int i = 0; i < 12; i++) {
      long before = System.nanoTime();
      refused(store, CLOSED, 5, 10);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TIMEOUT.multipliedBy(10));
    }
    assertThat(store.health().up()).isFalse();
    assertThat(guards.limits().getFirst().timeouts()).isPositive();
    assertThat(guards.details())
        .anyMatch(line -> line.startsWith("circuit breaker quota: "))
        .anyMatch(line -> line.startsWith("time limit redis: more than "));
    server.freeze(false);
    RedisStores.await(() -> store.health().up() && store.health().pending() == 0);
    RedisStores.await(() -> account().isQuiet());
    assertThat(account().taken(TOKENS_PER_DAY)).isZero();
    RedisStores.close(granted(store, CLOSED, 5, 10), 15, 0);
  }

  @Test
  void share_balanced_neverExceedsTheLimit() {
    List<RedisQuotaStore> two = two();
    RedisStores.close(granted(two.get(0), SHARE, 200, 100), 300, 0);
    server.kill();
    awaitDown(two);
    // What the gateway gave out before counts against its half.
    assertThat(useUp(two.get(0))).isBetween(200L - 15, 200L);
    assertThat(useUp(two.get(1))).isBetween(500L - 15, 500L);
    server.restart();
    awaitUp(two);
    assertThat(account().isQuiet()).isTrue();
    assertThat(account().taken(TOKENS_PER_DAY)).isBetween(1_000L - 30, 1_000L);
    assertThat(over(two)).isZero();
    assertThat(RedisStores.shortage(RedisStores.enter(two.get(0), SHARE), 30, 20).kind())
        .isEqualTo(Shortage.Kind.LASTING);
  }

  @Test
  void share_lopsided_exceedsTheLimitByTheOthersShare_andItIsCounted() {
    List<RedisQuotaStore> two = two();
    RedisStores.close(granted(two.get(0), SHARE, 500, 300), 800, 0);
    server.kill();
    awaitDown(two);
    refused(two.get(0), SHARE, 1, 1);
    long used = useUp(two.get(1));
    assertThat(used).isBetween(500L - 15, 500L);
    assertThat(over(two)).isZero(); // Nobody can know yet.
    server.restart();
    awaitUp(two);
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(800 + used);
    assertThat(over(two)).isEqualTo(800 + used - 1_000);
  }

  @Test
  void share_ofStreamsAndOfLargeRequests() {
    RedisQuotaStore store = open(tuning().replicas(2));
    Subject narrow =
        new Subject(
            "agency",
            Limits.NONE,
            "narrow",
            limits().streams(2).with(TOKENS_PER_MINUTE, 1_000).build(),
            QuotaFallback.LOCAL_SHARE);
    server.kill();
    RedisStores.await(() -> !store.health().up());
    Pass only = granted(store, narrow, 1, 10);
    assertThat(store.enter(narrow)).isInstanceOf(Shortage.class);
    RedisStores.close(only, 1, 0);
    // More than the share, not more than the limit: to be asked again, not never.
    refused(store, narrow, 600, 20);
    refused(store, CLOSED, 1, 1);
    RedisStores.close(granted(store, narrow, 400, 20), 400, 0);
  }

  @Test
  void whatDoesNotFitIntoTheQueue_countsInFull() {
    RedisQuotaStore store = open(tuning().pending(3).lease(Duration.ofSeconds(2)));
    List<Pass> passes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      passes.add(granted(store, CLOSED, 1, 19));
    }
    server.kill();
    RedisStores.await(() -> !store.health().up());
    passes.forEach(pass -> RedisStores.close(pass, 7, 0));
    assertThat(store.health().pending()).isEqualTo(3);
    assertThat(store.health().dropped()).isEqualTo(2);
    // There is no place to note what a share would use.
    refused(store, SHARE, 1, 1);
    server.restart();
    awaitUp(List.of(store));
    RedisStores.await(() -> {
      try {
        RedisStores.close(granted(store, CLOSED, 1, 1), 0, 0); // Somebody notices.
        return account().isQuiet();
      } catch (QuotaStoreAway e) {
        return false; // It has just begun.
      }
    });
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(3L * 7 + 2 * 20);
  }

  @Test
  void redisComesLater_thanTheGateway() {
    server.kill();
    RedisQuotaStore store = RedisStores.closed(tuning().timeout(TIMEOUT));
    stores.add(store);
    refused(store, CLOSED, 1, 1);
    RedisStores.close(granted(store, SHARE, 5, 10), 12, 0);
    server.restart();
    awaitUp(List.of(store));
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(12);
    RedisStores.close(granted(store, CLOSED, 5, 10), 15, 0);
  }

  @Test
  void redisLostAllItKnew_andIsToldFromTheLedger_beforeAnybodyAsks() throws Exception {
    LocalDate today = LocalDate.now(ZoneId.of("Asia/Almaty"));
    PastUse past = new PastUse("agency", "app", today, new Used(900, 0), new Used(900, 0));
    RedisQuotaStore store =
        new RedisQuotaStore(tuning().timeout(TIMEOUT).settings(), () -> Mono.just(List.of(past)));
    stores.add(store);
    store.start().block(PATIENCE);
    RedisStores.close(granted(store, CLOSED, 40, 40), 80, 0);
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(980);
    server.kill();
    server.lose();
    server.restart();
    awaitUp(List.of(store));
    assertThat(account().taken(TOKENS_PER_DAY)).isEqualTo(900);
    assertThat(RedisStores.shortage(RedisStores.enter(store, CLOSED), 90, 50).most())
        .isEqualTo(100);
  }

  @Test
  void aPassword_isAskedFor_andNeverShown(@TempDir Path folder) throws Exception {
    try (RedisServer guarded = RedisServer.start("--requirepass", "hidden word")) {
      for (RedisTuning wrong :
          List.of(
              RedisTuning.of(guarded),
              RedisTuning.of(guarded).login("", "hidden guess", ""),
              RedisTuning.of(guarded).login("nobody", "hidden word", ""))) {
        assertThatThrownBy(() -> QuotaStores.open(wrong.settings(), PastUse.Source.NONE))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("quota.redisUrl: Redis refuses user or password")
            .message()
            .doesNotContain("hidden");
      }
      Path file = Files.writeString(folder.resolve("password"), "hidden word\n");
      for (RedisTuning right :
          List.of(
              RedisTuning.of(guarded).login("", "hidden word", ""),
              RedisTuning.of(guarded).login("default", "", file.toString()))) {
        try (QuotaStore store = QuotaStores.open(right.settings(), PastUse.Source.NONE)) {
          RedisStores.close(granted(store, CLOSED, 1, 1), 1, 0);
          assertThat(store.health().up()).isTrue();
        }
      }
    }
    assertThatThrownBy(() ->
            QuotaStores.open(
                tuning().login("", "", folder.resolve("none").toString()).settings(),
                PastUse.Source.NONE))
        .hasMessageContaining("quota.redisPasswordFile: ")
        .hasMessageContaining("(expected: a file that can be read)");
  }

  @Test
  void overTls_onlyWithAnAuthorityThatVouches(@TempDir Path folder) throws Exception {
    Certificates certificates = new Certificates(folder);
    int port = Ports.free();
    try (RedisServer tls =
        RedisServer.start(
            "--tls-port", Integer.toString(port),
            "--tls-cert-file", certificates.certificate().toString(),
            "--tls-key-file", certificates.key().toString(),
            "--tls-ca-cert-file", folder.resolve("ca.pem").toString(),
            "--tls-auth-clients", "no")) {
      String url = "rediss://127.0.0.1:" + port;
      RedisTuning known = RedisTuning.of(tls).url(url).ca(folder.resolve("ca.pem").toString());
      try (QuotaStore store = QuotaStores.open(known.settings(), PastUse.Source.NONE)) {
        RedisStores.close(granted(store, CLOSED, 1, 1), 1, 0);
      }
      RedisTuning unknown = RedisTuning.of(tls).url(url).timeout(TIMEOUT);
      try (QuotaStore store = QuotaStores.open(unknown.settings(), PastUse.Source.NONE)) {
        assertThat(store.health().up()).isFalse();
        refused(store, CLOSED, 1, 1);
      }
    }
  }

  private List<RedisQuotaStore> two() {
    return List.of(open(tuning().replicas(2)), open(tuning().replicas(2)));
  }

  private static void awaitDown(List<RedisQuotaStore> all) {
    RedisStores.await(() -> all.stream().noneMatch(store -> store.health().up()));
  }

  private static void awaitUp(List<RedisQuotaStore> all) {
    RedisStores.await(
        () -> all.stream().allMatch(store -> store.health().up() && store.health().pending() == 0));
  }

  private static long over(List<RedisQuotaStore> all) {
    return all.stream().mapToLong(store -> store.health().overshoot().tokens()).sum();
  }

  /** Asks until nothing is given any more. */
  private static long useUp(QuotaStore store) {
    long used = 0;
    while (true) {
      Pass pass = RedisStores.enter(store, SHARE);
      try {
        long granted = 1L + RedisStores.grant(pass, 1, 50).outputTokens();
        RedisStores.close(pass, (int) granted, 0);
        used += granted;
      } catch (QuotaStoreAway _) {
        RedisStores.close(pass, 0, 0);
        return used;
      }
    }
  }

  private static Pass granted(QuotaStore store, Subject subject, int prompt, int answer) {
    Pass pass = RedisStores.enter(store, subject);
    assertThat(RedisStores.grant(pass, prompt, answer).outputTokens()).isEqualTo(answer);
    return pass;
  }

  private static void refused(QuotaStore store, Subject subject, int prompt, int answer) {
    Pass pass = RedisStores.enter(store, subject);
    assertThatThrownBy(() -> pass.reserve(new Demand(prompt, 0, List.of(answer))).block(PATIENCE))
        .isInstanceOf(QuotaStoreAway.class)
        .hasMessageContaining("cannot be counted now (expected: soon again");
    RedisStores.close(pass, 0, 0);
  }

  private Account account() {
    try (RedisObserver observer = new RedisObserver(server)) {
      return Objects.requireNonNull(
          observer.accounts("t:").orElseThrow().get("t:{agency}:account:app"));
    }
  }
}
