package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.health.WatchdogSettings;
import kz.qaqpa.testing.Pause;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts that fire on what a gateway in trouble really says, as Prometheus would scrape it. */
@Tag("promtool")
class FiredAlertsTest {
  /** More than the ten seconds of the rule. */
  private static final Duration LATE = Duration.ofMillis(12_500);

  private static final Duration STEP = Duration.ofMillis(50);

  @TempDir private Path folder;

  @Test
  void aCalmGateway_firesNothing() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      ask(gateway);
      String first = scrape(gateway);
      ask(gateway);
      Promtool.requireFiring(folder, first, scrape(gateway), List.of());
    }
  }

  @Test
  void anEngineThatStandsStill_isStuck() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      ask(gateway);
      gateway.engine().beforeStep(_ -> await(released));
      CompletableFuture<HttpResponse<String>> waiting = askLater(gateway);
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      TestGateway.await(() -> held(gateway));
      String first = scrape(gateway);
      Promtool.requireFiring(folder, first, scrape(gateway), List.of("QaqpaStuck"));
      released.countDown();
      assertThat(waiting.get().statusCode()).isEqualTo(200);
      gateway.awaitNothingLeft();
    } finally {
      released.countDown();
    }
  }

  @Test
  void labelsThatCannotBeSigned_areTold() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      ask(gateway);
      String first = scrape(gateway);
      gateway.engine().beforeStep(_ -> await(released));
      CompletableFuture<HttpResponse<String>> unsigned = askLater(gateway);
      TestGateway.await(() -> held(gateway));
      gateway.labelling().close();
      released.countDown();
      assertThat(unsigned.get().statusCode()).isEqualTo(503);
      Promtool.requireFiring(
          folder, first, scrape(gateway), List.of("QaqpaLabelsUnsigned", "QaqpaRefusalsHigh"));
    } finally {
      released.countDown();
    }
  }

  @Test
  void anEngineThatFailsTooOften_isGivenUp() throws Exception {
    Duration ever = Duration.ofMinutes(10);
    WatchdogSettings once = new WatchdogSettings(LATE, LATE.multipliedBy(2), ever, 1, ever);
    try (TestGateway gateway = TestGateway.watched(Script.repeating("қазақ "), once)) {
      ask(gateway);
      String first = scrape(gateway);
      for (int i = 0; i < 2; i++) {
        TestGateway.await(() -> gateway.gateway().engine().healthy());
        gateway
            .engine()
            .beforeStep(_ -> {
              throw new EngineFault.Fatal("broken", null);
            });
        assertThat(askLater(gateway).get().statusCode()).isEqualTo(503);
      }
      TestGateway.await(() -> !gateway.gateway().engine().pulse().alive());
      Promtool.requireFiring(
          folder,
          first,
          scrape(gateway),
          List.of("QaqpaEngineGivenUp", "QaqpaNotReady", "QaqpaRefusalsHigh"));
    }
  }

  @Test
  void whatNobodyForesaw_isTold() throws Exception {
    try (TestGateway gateway =
        TestGateway.of(
            Script.repeating("қазақ "),
            Script.model(
                TestGateway.CONTEXT,
                messages -> {
                  if (messages.getFirst().content().equals("break")) {
                    throw new IllegalStateException("by the test");
                  }
                  return Script.encode(messages);
                }),
            http -> http)) {
      ask(gateway);
      String first = scrape(gateway);
      assertThat(gateway.post(TestGateway.chat("break", "")).statusCode()).isEqualTo(500);
      Promtool.requireFiring(
          folder, first, scrape(gateway), List.of("QaqpaErrors", "QaqpaRefusalsHigh"));
    }
  }

  /** Those in the slots get a token now and then; who comes after them waits. */
  @Test
  void aFirstTokenThatComesLate_isTold() throws Exception {
    try (TestGateway gateway = TestGateway.watched(Script.repeating("қазақ "), TestGateway.DOWN)) {
      ask(gateway);
      String first = scrape(gateway);
      long until = System.nanoTime() + LATE.toNanos();
      gateway
          .engine()
          .beforeStep(_ -> Pause.nanos(Math.min(STEP.toNanos(), until - System.nanoTime())));
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        answers.add(askLater(gateway, (int) LATE.dividedBy(STEP)));
      }
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 2);
      answers.add(askLater(gateway, 1));
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).isEqualTo(200);
      }
      Promtool.requireFiring(folder, first, scrape(gateway), List.of("QaqpaFirstTokenSlow"));
    }
  }

  private static boolean held(TestGateway gateway) {
    return gateway.gateway().engine().stats().running() == 1;
  }

  private static void ask(TestGateway gateway) throws Exception {
    assertThat(gateway.post(TestGateway.chat("a", "\"max_tokens\":5")).statusCode()).isEqualTo(200);
  }

  private static CompletableFuture<HttpResponse<String>> askLater(TestGateway gateway) {
    return askLater(gateway, 5);
  }

  private static CompletableFuture<HttpResponse<String>> askLater(TestGateway gateway, int tokens) {
    CompletableFuture<HttpResponse<String>> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            answer.complete(gateway.post(TestGateway.chat("a", "\"max_tokens\":" + tokens)));
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private static String scrape(TestGateway gateway) throws Exception {
    return gateway.get("/metrics").body();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
