package kz.qaqpa.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Pause;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A gateway whose engine hangs, comes back late, fails once or again and again. */
@Timeout(180)
class WatchdogTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static WatchdogSettings settings(Duration step, Duration hang, int restarts) {
    return new WatchdogSettings(step, LONG, hang, restarts, Duration.ofMinutes(10));
  }

  private static CompletableFuture<HttpResponse<String>> ask(TestGateway gateway, String more) {
    HttpRequest request =
        gateway
            .request("/v1/chat/completions", TestGateway.KEY)
            .POST(HttpRequest.BodyPublishers.ofString(TestGateway.chat("a", more)))
            .build();
    return gateway.client().sendAsync(request, BodyHandlers.ofString());
  }

  @Test
  void lateStep_turnsUnready_failsWhoRuns_keepsWhoWaits() throws Exception {
    WatchdogSettings settings = settings(Duration.ofSeconds(1), LONG, 3);
    try (TestGateway gateway = TestGateway.watched(Script.repeating("сәлем "), settings)) {
      CountDownLatch hang = new CountDownLatch(1);
      gateway
          .engine()
          .beforeStep(plan -> {
            Pause.nanos(5_000_000); // The second comes before the first has ended.
            if (plan.rows() == 2) {
              awaitLatch(hang);
            }
          });
      var first = ask(gateway, "\"stream\":true");
      var second = ask(gateway, "\"stream\":true");
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 2);
      var third = ask(gateway, "\"max_tokens\":20");
      TestGateway.await(() -> gateway.gateway().engine().stats().waiting() == 1);
      TestGateway.await(() -> !gateway.gateway().readiness().reasons().isEmpty());
      var ready = gateway.get("/readyz");
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("time limit engine: more than 1000 ms within the last minute")
          .containsPattern("engine: a step has taken [0-9.]+ s \\(expected: at most 1.0 s\\)");
      assertThat(gateway.get("/livez").statusCode()).isEqualTo(200);
      hang.countDown();
      assertThat(first.get().body()).contains("engine_failed").doesNotContain("[DONE]\n\ndata");
      assertThat(second.get().body()).contains("engine_failed");
      assertThat(third.get().statusCode()).isEqualTo(200);
      assertThat(third.get().body()).contains("сәлем");
      TestGateway.await(() -> gateway.gateway().readiness().reasons().isEmpty());
      assertThat(gateway.gateway().metrics().scrape())
          .contains(
              "qaqpa_engine_restarts_total 1.0",
              "qaqpa_engine_breaker_open 0.0",
              "qaqpa_time_limit_seconds{name=\"engine\"} 1.0",
              "resilience4j_timelimiter_calls_total{kind=\"timeout\",name=\"engine\"} 1.0");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void stepThatNeverReturns_tellsClients_thenLeaves() throws Exception {
    WatchdogSettings settings = settings(Duration.ofMillis(800), Duration.ofMillis(1_600), 3);
    CountDownLatch hang = new CountDownLatch(1);
    try (TestGateway gateway = TestGateway.watched(Script.saying("сәлем"), settings)) {
      CountDownLatch left = new CountDownLatch(1);
      gateway.gateway().whenHung(left::countDown);
      AtomicInteger steps = new AtomicInteger();
      gateway
          .engine()
          .beforeStep(plan -> {
            if (steps.incrementAndGet() == 4) {
              awaitLatch(hang);
            }
          });
      var first = ask(gateway, "\"stream\":true");
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 1);
      var whole = ask(gateway, "");
      assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(first.get().body()).contains("engine_failed");
      assertThat(whole.get().statusCode()).isEqualTo(503);
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      assertThat(gateway.ledger().records())
          .as("what was used is written down")
          .anyMatch(record -> record.finish().equals("engine_failed"));
      hang.countDown();
    } finally {
      hang.countDown();
    }
  }

  @Test
  void engineThatFailsAgainAndAgain_staysDown() throws Exception {
    WatchdogSettings settings = settings(Duration.ofSeconds(10), LONG, 2);
    try (TestGateway gateway = TestGateway.watched(Script.saying("сәлем"), settings)) {
      for (int i = 0; i < 3; i++) {
        TestGateway.await(() -> gateway.gateway().engine().healthy());
        gateway
            .engine()
            .beforeStep(plan -> {
              throw new EngineFault.Fatal("broken", null);
            });
        assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(503);
      }
      TestGateway.await(() -> !gateway.gateway().engine().pulse().alive());
      assertThat(gateway.get("/readyz").body())
          .contains("engine: stopped after a failure", "\"circuit breaker engine: open\"");
      assertThat(gateway.gateway().metrics().scrape())
          .contains(
              "qaqpa_engine_restarts_total 2.0",
              "qaqpa_engine_breaker_open 1.0",
              "resilience4j_circuitbreaker_state{name=\"engine\",state=\"open\"} 1.0");
    }
  }

  /** A loop that an error of our own has ended cannot be begun again: only a process can. */
  @Test
  void loopThatBreaks_tellsClients_thenLeaves() throws Exception {
    WatchdogSettings settings = settings(Duration.ofMillis(400), LONG, 3);
    try (TestGateway gateway = TestGateway.watched(Script.saying("сәлем"), settings)) {
      CountDownLatch left = new CountDownLatch(1);
      gateway.gateway().whenHung(left::countDown);
      gateway
          .engine()
          .beforeStep(plan -> {
            throw new LinkageError("broken");
          });
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(503);
      assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
      assertThat(gateway.gateway().readiness().reasons())
          .contains("engine: its loop was ended by an error");
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
    }
  }

  /** Long answers, and clients that do not read, are not mistaken for an engine that hangs. */
  @Test
  void busyIsNotStuck() throws Exception {
    WatchdogSettings settings =
        new WatchdogSettings(
            Duration.ofSeconds(2), Duration.ofSeconds(2), LONG, 3, Duration.ofMinutes(10));
    try (TestGateway gateway = TestGateway.watched(Script.repeating("сәлем "), settings)) {
      gateway.engine().eachStepTakes(Duration.ofMillis(3));
      var one = ask(gateway, "\"max_tokens\":900");
      var two = ask(gateway, "\"max_tokens\":900");
      var three = ask(gateway, "\"max_tokens\":20");
      assertThat(one.get().statusCode()).isEqualTo(200);
      assertThat(two.get().statusCode()).isEqualTo(200);
      assertThat(three.get().statusCode()).isEqualTo(200);
      assertThat(gateway.gateway().metrics().scrape()).contains("qaqpa_engine_restarts_total 0.0");
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
