package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kz.qaqpa.chaos.engine.Order;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Outcome;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Stage;
import kz.qaqpa.chaos.stage.Waiting;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The engine of a loaded gateway fails, or comes back late; the process goes on. */
@ExtendWith(Stage.Shared.class)
@Tag("postgres")
@Tag("redis")
@Tag("userns")
@Timeout(1200)
class EngineChaosTest {
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
        "a call returns after "
            + Order.LATE_MILLIS
            + " ms, from its beginning -> next whole answer",
        () -> inPlace(stage, Order.RETURN_LATE));
  }

  /** The process goes on. Requests that ran end with an error event, those that waited are kept. */
  private static long inPlace(Stage stage, Order order) throws Exception {
    try (Crowd crowd = stage.crowdAfterCalm()) {
      long told = stage.give(order);
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

  private static void awaitReadiness(Stage stage, String status, String reason) throws Exception {
    Waiting.until(
        () -> stage.gateway().readiness(),
        ready -> ready.startsWith(status) && ready.contains(reason));
  }
}
