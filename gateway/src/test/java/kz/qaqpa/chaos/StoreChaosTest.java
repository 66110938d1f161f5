package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Outcome;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Stage;
import kz.qaqpa.chaos.stage.Waiting;
import kz.qaqpa.cli.process.MetricsPage;
import kz.qaqpa.deploy.Promtool;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a loaded gateway reads, and writes to, is broken or away, and comes back. */
@ExtendWith(Stage.Shared.class)
@Tag("postgres")
@Tag("promtool")
@Tag("redis")
@Tag("userns")
@Timeout(1200)
class StoreChaosTest {
  private static final double BEHIND_SECONDS = 10;
  private static final String STALE = "qaqpa_registry_stale";
  private static final String SPOOLED = "qaqpa_ledger_spooled_records";

  /** Applications are {@code closed}, unless they say otherwise. */
  @Test
  void redisKilled_refusesWhoIsNew_andEndsWhatRuns(Stage stage) throws Exception {
    Recoveries.of(
        "Redis is killed; it is back -> next whole answer",
        () -> {
          try (Crowd crowd = stage.crowdAfterCalm()) {
            stage.redis().kill();
            crowd.await("refusal", o -> o.code().equals("quota_unavailable"));
            stage.redis().restart();
            long back = System.nanoTime();
            Outcome whole = crowd.awaitWhole(back);
            List<Outcome> outcomes = crowd.stop();
            assertThat(outcomes)
                .filteredOn(o -> o.end() != End.WHOLE)
                .allMatch(o -> o.end() == End.REFUSED && o.code().equals("quota_unavailable"));
            stage.requireCalm();
            stage.books(crowd, outcomes).requireExact();
            return whole.ended() - back;
          }
        });
  }

  @Test
  void databaseKilled_isNoticedByNobody(Stage stage) throws Exception {
    Recoveries.of(
        "PostgreSQL is killed; it is back -> the spool is empty",
        () -> {
          try (Crowd crowd = stage.crowdAfterCalm()) {
            stage.postgres().kill();
            Waiting.until(
                () -> stage.gateway().metrics(), m -> Waiting.metric(m, SPOOLED) > Stage.CLIENTS);
            crowd.awaitWhole(System.nanoTime());
            assertThat(stage.gateway().readiness()).startsWith("200 ");
            stage.postgres().restart();
            long back = System.nanoTime();
            stage.awaitSpoolEmpty();
            long empty = System.nanoTime();
            stage.requireUnharmed(crowd);
            return empty - back;
          }
        });
  }

  /** Nothing can be written anywhere: nobody gets the end of an answer that is not written down. */
  @Test
  void diskFullWhileTheDatabaseIsAway_refuses_untilThereIsRoom(Stage stage) throws Exception {
    Recoveries.of(
        "no room for the spool; there is room -> next whole answer",
        () -> {
          Path filler = stage.gateway().inside(stage.spool()).resolve("filler");
          try (Crowd crowd = stage.crowdAfterCalm()) {
            final String calm = stage.gateway().metrics();
            stage.postgres().kill();
            fill(filler);
            crowd.await("error", o -> o.code().equals("overloaded"));
            String ready =
                Waiting.until(() -> stage.gateway().readiness(), r -> r.startsWith("503"));
            assertThat(ready).contains("the disk of the spool takes nothing");
            requireAlerts(stage, calm);
            Files.delete(filler);
            long room = System.nanoTime();
            Outcome whole = crowd.awaitWhole(room);
            stage.postgres().restart();
            stage.awaitSpoolEmpty();
            List<Outcome> outcomes = crowd.stop();
            assertThat(outcomes).extracting(Outcome::end).doesNotContain(End.CUT);
            assertThat(outcomes)
                .filteredOn(o -> o.end() != End.WHOLE)
                .extracting(Outcome::code)
                .containsOnly("overloaded");
            stage.requireCalm();
            stage.books(crowd, outcomes).requireExactBut("overloaded");
            return whole.ended() - room;
          }
        });
  }

  @Test
  void configurationBroken_changesNothing_andRepaired_takesEffect(Stage stage) throws Exception {
    Recoveries.of(
        "agencies.yaml is broken; it is repaired -> it is in effect",
        () -> {
          try (Crowd crowd = stage.crowdAfterCalm()) {
            Files.writeString(stage.agencies(), "agencies: [{id: \"No id\"}]\n");
            Waiting.until(() -> stage.gateway().metrics(), m -> Waiting.metric(m, STALE) == 1);
            assertThat(stage.gateway().readiness()).startsWith("200 ").contains("agencies.yaml");
            crowd.awaitWhole(System.nanoTime());
            stage.repairAgencies();
            final long repaired = System.nanoTime();
            Waiting.until(() -> stage.gateway().metrics(), m -> Waiting.metric(m, STALE) == 0);
            final long over = System.nanoTime();
            crowd.awaitWhole(over);
            stage.requireUnharmed(crowd);
            return over - repaired;
          } finally {
            stage.repairAgencies();
          }
        });
  }

  /** What Prometheus makes of it once most requests are refused. */
  private static void requireAlerts(Stage stage, String calm) throws Exception {
    String troubled =
        Waiting.until(
            () -> stage.gateway().metrics(),
            m -> requests(m, "503") - requests(calm, "503") > requests(m, "200"));
    List<String> firing =
        new ArrayList<>(
            List.of(
                "QaqpaLedgerDatabaseAway",
                "QaqpaLedgerLoses",
                "QaqpaNotReady",
                "QaqpaRefusalsHigh",
                "QaqpaSpoolFilling"));
    if (Waiting.metric(troubled, "qaqpa_ledger_lag_seconds") > BEHIND_SECONDS) {
      firing.add("QaqpaLedgerBehind");
    }
    Promtool.requireFiring(stage.folder(), calm, troubled, firing);
  }

  private static double requests(String scrape, String status) {
    return MetricsPage.parse(scrape).sum("qaqpa_requests_total", "status", status);
  }

  /** Until its file system takes no more. */
  private static void fill(Path file) throws IOException {
    byte[] much = new byte[4096];
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(much);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }
}
