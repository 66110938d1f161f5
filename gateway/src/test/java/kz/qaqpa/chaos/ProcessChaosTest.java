package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.chaos.engine.Order;
import kz.qaqpa.chaos.stage.Books;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Outcome;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Stage;
import kz.qaqpa.chaos.stage.Waiting;
import kz.qaqpa.deploy.Promtool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What ends a loaded gateway; its supervisor starts another one. */
@ExtendWith(Stage.Shared.class)
@Tag("postgres")
@Tag("promtool")
@Tag("redis")
@Tag("userns")
@Timeout(1200)
class ProcessChaosTest {
  private static final int KILLED = 137;
  private static final int HUNG = 70;

  /** SIGABRT, which the JVM sends itself after it has written what it knows. */
  private static final int ABORTED = 134;

  @Test
  void terminatedUnderLoad_endsWhatRuns_andLeavesWithZero(Stage stage) throws Exception {
    Recoveries.of(
        "SIGTERM under load (new process) -> next whole answer",
        () -> {
          try (Crowd crowd = stage.crowd()) {
            final long told = System.nanoTime();
            stage.gateway().terminate();
            assertThat(stage.supervise()).isZero();
            Outcome whole = crowd.awaitWhole(stage.ended());
            List<Outcome> outcomes = crowd.stop();
            Set<String> codes =
                outcomes.stream()
                    .filter(o -> o.end() == End.FAILED || o.end() == End.REFUSED)
                    .map(Outcome::code)
                    .collect(Collectors.toSet());
            assertThat(codes).isSubsetOf("draining");
            assertThat(outcomes)
                .filteredOn(o -> o.end() == End.CUT || o.end() == End.FAILED)
                .as("no answer was begun and not ended")
                .allMatch(o -> o.output() == 0);
            told(stage, crowd, outcomes).requireExact();
            return whole.ended() - told;
          }
        });
  }

  @Test
  void killedUnderLoad_losesNoAnswerThatWasEnded(Stage stage) throws Exception {
    Recoveries.of(
        "kill -9 under load (new process) -> next whole answer",
        () -> {
          try (Crowd crowd = stage.crowd()) {
            final long told = System.nanoTime();
            stage.gateway().kill();
            assertThat(stage.supervise()).isEqualTo(KILLED);
            Outcome whole = crowd.awaitWhole(stage.ended());
            List<Outcome> outcomes = crowd.stop();
            assertThat(outcomes).extracting(Outcome::end).contains(End.CUT);
            stage.awaitSpoolEmpty();
            stage.books(crowd, outcomes).requireEndsKept();
            return whole.ended() - told;
          }
        });
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
      long told = stage.give(order);
      if (order == Order.NEVER_RETURN) {
        requireAlerts(stage);
      }
      assertThat(stage.supervise()).isEqualTo(HUNG);
      Outcome whole = crowd.awaitWhole(stage.ended());
      List<Outcome> outcomes = crowd.stop();
      Set<String> codes =
          outcomes.stream()
              .filter(o -> o.end() == End.FAILED)
              .map(Outcome::code)
              .collect(Collectors.toSet());
      assertThat(codes).containsOnly("engine_failed");
      assertThat(outcomes)
          .filteredOn(o -> o.end() == End.CUT)
          .as("no answer was begun and not ended")
          .allMatch(o -> o.output() == 0);
      told(stage, crowd, outcomes).requireExact();
      return whole.ended() - told;
    }
  }

  /** The accounts, once the new process has written down and told what it served. */
  private static Books told(Stage stage, Crowd crowd, List<Outcome> outcomes) throws Exception {
    stage.awaitSpoolEmpty();
    return Waiting.until(() -> stage.books(crowd, outcomes), Books::areTold);
  }

  /** What Prometheus makes of it before the process leaves. */
  private static void requireAlerts(Stage stage) throws Exception {
    Waiting.until(() -> stage.gateway().readiness(), ready -> ready.startsWith("503 "));
    String first = stage.gateway().metrics();
    String second = stage.gateway().metrics();
    Promtool.requireFiring(stage.folder(), first, second, List.of("QaqpaNotReady", "QaqpaStuck"));
  }

  /** Nobody can be told: connections are cut, as by a {@code kill -9}. */
  @Test
  void aNativeCrash_cutsConnections_andLosesNoAnswerThatWasEnded(Stage stage) throws Exception {
    Recoveries.of(
        "native code crashes (new process) -> next whole answer",
        () -> {
          try (Crowd crowd = stage.crowd()) {
            long told = stage.give(Order.CRASH);
            assertThat(stage.supervise()).isEqualTo(ABORTED);
            Outcome whole = crowd.awaitWhole(stage.ended());
            List<Outcome> outcomes = crowd.stop();
            assertThat(outcomes)
                .filteredOn(o -> o.asked() - told < 0)
                .extracting(Outcome::end)
                .containsOnly(End.WHOLE, End.CUT);
            stage.awaitSpoolEmpty();
            stage.books(crowd, outcomes).requireEndsKept();
            return whole.ended() - told;
          }
        });
  }
}
