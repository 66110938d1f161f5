package kz.qaqpa.admission.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.fixture.LogLines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

/** When keys are fetched, and what holds when that fails; times pass by themselves. */
class RemoteKeysTest {
  private static final byte[] ONE = bytes(Mint.set(new Mint("-1").edKey()));
  private static final byte[] TWO = bytes(Mint.set(new Mint("-2").edKey()));
  private static final Duration REFRESH = Duration.ofMinutes(10);

  private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();
  private final Queue<Mono<byte[]>> answers = new ArrayDeque<>();
  private final List<Long> fetches = new ArrayList<>(); // Seconds.
  private final RemoteKeys keys =
      new RemoteKeys(
          "govid",
          Mono.defer(() -> {
            fetches.add(timer.now(TimeUnit.SECONDS));
            Mono<byte[]> next = answers.size() > 1 ? answers.remove() : answers.peek();
            return next == null ? Mono.error(new IllegalStateException("away")) : next;
          }),
          REFRESH,
          timer,
          () -> timer.now(TimeUnit.NANOSECONDS));

  @AfterEach
  void close() {
    keys.close();
    timer.dispose();
  }

  @Test
  void fetchedAtTheStart_andEverySoOften() {
    answers.add(Mono.just(ONE));
    keys.start();
    KeySet first = keys.now();
    assertThat(first.isOf(ONE)).isTrue();
    pass(REFRESH.multipliedBy(3));
    assertThat(fetches).containsExactly(0L, 600L, 1200L, 1800L);
    assertThat(keys.now()).as("the same keys are the same object").isSameAs(first);
    assertThat(keys.trouble()).isNull();
  }

  @Test
  void newKeysTakeTheOldOnesPlace() {
    answers.add(Mono.just(ONE));
    answers.add(Mono.just(TWO));
    keys.start();
    pass(REFRESH);
    assertThat(keys.now().isOf(TWO)).isTrue();
  }

  @Test
  void aFloodOfUnknownKeysIsOneFetchAMinute() {
    answers.add(Mono.just(ONE));
    keys.start();
    for (int i = 0; i < 1000; i++) {
      assertThat(keys.newer().block()).isSameAs(keys.now());
    }
    assertThat(fetches).containsExactly(0L, 0L);
    for (int second = 0; second < 150; second++) {
      pass(Duration.ofSeconds(1));
      for (int i = 0; i < 10; i++) {
        keys.newer().block();
      }
    }
    assertThat(fetches).containsExactly(0L, 0L, 60L, 120L);
  }

  @Test
  void thoseWhoAskWhileOneIsUnderWayWaitForIt() {
    Sinks.One<byte[]> answer = Sinks.one();
    answers.add(answer.asMono());
    keys.start();
    List<KeySet> got = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      keys.newer().subscribe(got::add);
    }
    keys.newer().subscribe(got::add).dispose(); // Who leaves stops nothing.
    assertThat(got).isEmpty();
    answer.tryEmitValue(ONE).orThrow();
    assertThat(got).hasSize(10).containsOnly(keys.now());
    assertThat(fetches).hasSize(1);
  }

  @Test
  void withoutKeysNobodyCanBeTold_andEachMinuteIsATry() {
    keys.start();
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> keys.newer().block())
          .isInstanceOf(Refusal.IdentityUnavailable.class)
          .hasMessageNotContaining("govid");
    }
    assertThat(fetches).containsExactly(0L, 0L);
    assertThat(keys.trouble()).isEqualTo("its keys were never fetched");
    pass(Duration.ofMinutes(3));
    assertThat(fetches).containsExactly(0L, 0L, 60L, 120L, 180L);
    answers.add(Mono.just(ONE));
    pass(Duration.ofMinutes(1));
    assertThat(keys.trouble()).isNull();
    assertThat(keys.newer().block()).isSameAs(keys.now());
  }

  @Test
  void aFailureLeavesTheLastGoodKeys_andIsLoggedOnce() throws Exception {
    try (LogLines log = new LogLines()) {
      answers.add(Mono.just(ONE));
      keys.start();
      answers.clear();
      pass(Duration.ofMinutes(30));
      assertThat(keys.now().isOf(ONE)).isTrue();
      assertThat(keys.newer().block()).isSameAs(keys.now());
      assertThat(keys.trouble()).isEqualTo("its keys cannot be fetched");
      answers.add(Mono.just(bytes("{\"keys\":[]}"))); // As bad as none.
      pass(Duration.ofMinutes(3));
      assertThat(keys.now().isOf(ONE)).isTrue();
      answers.clear();
      answers.add(Mono.just(TWO));
      pass(Duration.ofMinutes(3));
      assertThat(keys.now().isOf(TWO)).isTrue();
      assertThat(keys.trouble()).isNull();
      assertThat(log.lines())
          .filteredOn(line -> line.contains("cannot be fetched"))
          .hasSize(1)
          .first()
          .asString()
          .contains("issuer govid", "away");
    }
  }

  @Test
  void theCircuitBreakerSparesAProviderThatIsAway() {
    answers.add(Mono.just(ONE));
    keys.start();
    answers.clear();
    pass(REFRESH);
    int before = fetches.size();
    for (int minute = 0; minute < 10; minute++) {
      for (int i = 0; i < 100; i++) {
        keys.newer().block();
      }
      pass(Duration.ofMinutes(1));
    }
    assertThat(fetches.size() - before).isBetween(1, 20);
  }

  @Test
  void closed_fetchesNoMore() {
    answers.add(Mono.just(ONE));
    keys.start();
    keys.close();
    pass(REFRESH.multipliedBy(3));
    assertThat(fetches).containsExactly(0L);
  }

  private void pass(Duration time) {
    timer.advanceTimeBy(time);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
