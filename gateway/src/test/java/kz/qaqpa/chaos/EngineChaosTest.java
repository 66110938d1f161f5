package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import kz.qaqpa.chaos.engine.Order;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Outcome;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Stage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The engine of a loaded gateway fails, comes back late, or does not come back. */
@ExtendWith(Stage.Shared.class)
@Tag("postgres")
@Tag("redis")
@Tag("userns")
@Timeout(300)
class EngineChaosTest {
  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final int HUNG = 70;

  /** SIGABRT, which the JVM sends itself after it has written what it knows. */
  private static final int ABORTED = 134;

  @Test
  void aStepThatFails_costsItsRequests_andNoOther(Stage stage) throws Exception {
    Recoveries.of("a step fails -> next whole answer", () -> inPlace(stage, Order.FAIL_ONCE));
  }

  @Test
  void anEngineThatFailsForGood_isOpenedAgain(Stage stage) throws Exception {
    Recoveries.of(
        "engine fails for good -> next whole answer", () -> inPlace(stage, Order.FAIL_FOR_GOOD));
  }

  @Test
  void aLateCall_makesItUnready_andIsReplacedWhenItReturns(Stage stage) throws Exception {
    Recoveries.of(
        "a call returns after " + Order.LATE_MILLIS + " ms, from its beginning -> next whole answer",
        () -> inPlace(stage, Order.RETURN_LATE));
  }

  /** The process goes on. Requests that ran end with an error event, those that waited are kept. */
  private static long inPlace(Stage stage, Order order) throws Exception {
    try (Crowd crowd = stage.crowd()) {
      long told = give(stage, order);
      if (order == Order.RETURN_LATE) {
        awaitReadiness(stage, "503 ", "a step has taken");
      }
      Outcome whole = crowd.awaitWhole(told);
      awaitReadiness(stage, "200 ", "");
      List<Outcome> outcomes = crowd.stop();
      List<Outcome> failed = outcomes.stream().filter(o -> o.end() == End.FAILED).toList();
      assertThat(failed).isNotEmpty().hasSizeLessThanOrEqualTo(Stage.SLOTS);
      assertThat(failed).extracting(Outcome::code).containsOnly("engine_failed");
      assertThat(outcomes).extracting(Outcome::end).doesNotContain(End.CUT);
      stage.requireCalm();
      stage.books(crowd, outcomes).requireExact();
      return whole.ended() - told;
    }
  }

  @Test
  void aCallThatNeverReturns_isTold_writtenDown_andEndsTheProcess(Stage stage) throws Exception {
    Recoveries.of(
        "a call never returns, from its beginning (hangTimeout "
            + Stage.HANG.toSeconds()
            + " s, new process) -> next whole answer",
        () -> leaving(stage, Order.NEVER_RETURN));
  }

  @Test
  void aStepLoopThatDies_endsTheProcess_afterClientsWereTold(Stage stage) throws Exception {
    Recoveries.of(
        "the step loop's thread dies (new process) -> next whole answer",
        () -> leaving(stage, Order.BREAK_THE_CALLER));
  }

  /** The process leaves by itself with code 70: everybody was told, everything is written down. */
  private static long leaving(Stage stage, Order order) throws Exception {
    try (Crowd crowd = stage.crowd()) {
      long told = give(stage, order);
      assertThat(stage.supervise()).isEqualTo(HUNG);
      Outcome whole = crowd.awaitWhole(told);
      List<Outcome> outcomes = crowd.stop();
      Set<String> codes =
          outcomes.stream()
              .filter(o -> o.end() == End.FAILED)
              .map(Outcome::code)
              .collect(Collectors.toSet());
      assertThat(codes).containsOnly("engine_failed");
      assertThat(outcomes).extracting(Outcome::end).doesNotContain(End.CUT);
      stage.books(crowd, outcomes).requireExact();
      stage.takeAsCalm();
      return whole.ended() - told;
    }
  }

  /** Nobody can be told: connections are cut, as by a {@code kill -9}. */
  @Test
  void aNativeCrash_cutsConnections_andLosesNoAnswerThatWasEnded(Stage stage) throws Exception {
    Recoveries.of(
        "native code crashes (new process) -> next whole answer",
        () -> {
          try (Crowd crowd = stage.crowd()) {
            long told = give(stage, Order.CRASH);
            assertThat(stage.supervise()).isEqualTo(ABORTED);
            Outcome whole = crowd.awaitWhole(told);
            List<Outcome> outcomes = crowd.stop();
            assertThat(outcomes)
                .filteredOn(o -> o.asked() - told < 0)
                .extracting(Outcome::end)
                .containsOnly(End.WHOLE, End.CUT);
            stage.books(crowd, outcomes).requireEndsKept();
            stage.takeAsCalm();
            return whole.ended() - told;
          }
        });
  }

  /** When the engine has taken the order. */
  private static long give(Stage stage, Order order) throws Exception {
    stage.orders().give(order);
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!stage.orders().taken()) {
      assertThat(System.nanoTime() - deadline).isNegative();
      LockSupport.parkNanos(1_000_000);
    }
    return System.nanoTime();
  }

  private static void awaitReadiness(Stage stage, String status, String reason) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    String ready = "";
    while (!ready.startsWith(status) || !ready.contains(reason)) {
      ready = stage.gateway().readiness();
      assertThat(System.nanoTime() - deadline).as(ready).isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }
}
