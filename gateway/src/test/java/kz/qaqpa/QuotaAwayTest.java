package kz.qaqpa;

import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.redis.PastUse;
import kz.qaqpa.admission.quota.redis.QuotaStores;
import kz.qaqpa.admission.quota.redis.RedisServer;
import kz.qaqpa.admission.quota.redis.RedisTuning;
import kz.qaqpa.deploy.Promtool;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Pause;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see while the Redis that counts their quotas is away. */
@Tag("redis")
class QuotaAwayTest {

  @Test
  void whatRuns_goesOn_andWhatComes_isToldToComeAgain() throws Exception {
    Limits day = limits().with(TOKENS_PER_DAY, 2_000).build();
    try (RedisServer redis = RedisServer.start();
        QuotaStore store =
            QuotaStores.open(
                RedisTuning.of(redis).timeout(Duration.ofMillis(500)).settings(),
                PastUse.Source.NONE);
        TestGateway gateway =
            TestGateway.limited(Script.repeating("қазақ "), Limits.NONE, day, store);
        RawClient client = new RawClient(gateway.address())) {
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":5")).statusCode())
          .isEqualTo(200);
      CountDownLatch killed = new CountDownLatch(1);
      AtomicInteger steps = new AtomicInteger();
      gateway
          .engine()
          .beforeStep(_ -> {
            if (steps.incrementAndGet() == 10) {
              await(killed);
            }
          });
      client.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":40"));
      client.readUntil("қ");
      redis.kill();
      HttpResponse<String> refused = gateway.post(TestGateway.chat("a", "\"max_tokens\":5"));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body())
          .contains("\"code\":\"quota_unavailable\"")
          .contains("quotas of application development: cannot be counted now (expected: soon");
      assertThat(refused.headers().firstValue("retry-after")).contains("1");
      assertThat(refused.headers().firstValue("x-should-retry")).contains("true");
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      killed.countDown();
      assertThat(client.readUntil("[DONE]")).contains("\"finish_reason\":\"length\"");
      TestGateway.await(() -> store.health().pending() > 0 && !store.health().up());
      assertThat(gateway.get("/metrics").body())
          .contains("qaqpa_quota_store_info{kind=\"redis\"} 1")
          .contains("qaqpa_quota_store_up 0.0")
          .contains("qaqpa_quota_pending_settles ")
          .contains("resilience4j_bulkhead_max_allowed_concurrent_calls{name=\"redis\"} ")
          .contains("resilience4j_circuitbreaker_state{name=\"quota\",state=\"open\"} ")
          .contains("qaqpa_time_limit_seconds{name=\"redis\"} ")
          .contains("qaqpa_quota_dropped_settles_total 0.0")
          .contains("qaqpa_quota_overshoot_total{unit=\"tokens\"} 0.0");
      redis.restart();
      TestGateway.await(() -> store.health().up() && store.health().pending() == 0);
      HttpResponse<String> again = gateway.post(TestGateway.chat("a", "\"max_tokens\":5"));
      assertThat(again.statusCode()).isEqualTo(200);
      gateway.awaitNothingLeft();
      assertThat(gateway.get("/metrics").body()).contains("qaqpa_quota_store_up 1.0");
      long settled = store.totals().settled().tokens();
      assertThat(remaining(again)).isEqualTo(2_000 - settled);
    }
  }

  /** Two answers end while Redis is away, and there is room to note what one of them used. */
  @Test
  @Tag("promtool")
  void whatCannotBeNoted_isNotExact_andIsTold(@TempDir Path folder) throws Exception {
    try (RedisServer redis = RedisServer.start();
        QuotaStore store =
            QuotaStores.open(
                RedisTuning.of(redis).timeout(Duration.ofMillis(500)).pending(1).settings(),
                PastUse.Source.NONE);
        TestGateway gateway =
            TestGateway.limited(Script.repeating("қазақ "), Limits.NONE, Limits.NONE, store)) {
      assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":5")).statusCode())
          .isEqualTo(200);
      String calm = gateway.get("/metrics").body();
      CountDownLatch both = new CountDownLatch(1);
      CountDownLatch killed = new CountDownLatch(1);
      gateway
          .engine()
          .beforeStep(plan -> {
            if (plan.rows() == 2) {
              both.countDown();
              await(killed);
            } else if (both.getCount() > 0) {
              Pause.nanos(5_000_000); // The second comes before the first has ended.
            }
          });
      try (RawClient one = new RawClient(gateway.address());
          RawClient two = new RawClient(gateway.address())) {
        one.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":900"));
        two.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":900"));
        await(both);
        redis.kill();
        killed.countDown();
        one.readUntil("[DONE]");
        two.readUntil("[DONE]");
        TestGateway.await(() -> store.health().dropped() == 1 && !store.health().up());
      }
      Promtool.requireFiring(
          folder,
          calm,
          gateway.get("/metrics").body(),
          List.of("QaqpaQuotaExceeded", "QaqpaQuotaStoreAway"));
      redis.restart();
      TestGateway.await(() -> store.health().up() && store.health().pending() == 0);
    }
  }

  private static long remaining(HttpResponse<String> response) {
    return Long.parseLong(
        response.headers().firstValue("x-ratelimit-remaining-tokens").orElseThrow());
  }

  private static void await(CountDownLatch killed) {
    try {
      if (!killed.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("not killed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
