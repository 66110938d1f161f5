package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.ledger.db.Databases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The admin port of gateways on one embedded database. */
class AdminDatabaseTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SUSPEND = AdminWorld.TAX_CHAT + "/suspend";
  private static final String RESUME = AdminWorld.TAX_CHAT + "/resume";

  @TempDir private Path folder;

  private Database open() throws Exception {
    return Databases.embedded(Files.createDirectories(folder.resolve("database")), 2);
  }

  private AdminWorld gateway(Database database, String name) throws Exception {
    return AdminWorld.on(database, folder.resolve(name));
  }

  @Test
  void whatOneGatewayDoes_holdsForTheOther() throws Exception {
    try (Database database = open();
        AdminWorld one = gateway(database, "one");
        AdminWorld other = gateway(database, "other")) {
      one.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
      TestGateway.await(() -> other.suspensions.find("minfin/tax-chat") != null);
      assertThat(other.get("/admin/agencies/minfin", AdminWorld.MINFIN).body())
          .contains("\"state\":\"suspended\"", "a leak");
      other.post(RESUME, AdminWorld.OPERATOR, AdminWorld.REASON);
      TestGateway.await(() -> one.suspensions.find("minfin/tax-chat") == null);
      // Both wrote to one chain.
      assertThat(check(one).path("intact").asBoolean()).isTrue();
      assertThat(one.get("/admin/audit", AdminWorld.AUDITOR).body().lines()).hasSize(2);
    }
  }

  @Test
  void aSuspension_outlivesARestart() throws Exception {
    try (Database database = open();
        AdminWorld world = gateway(database, "one")) {
      world.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
    }
    try (Database database = open();
        AdminWorld world = gateway(database, "one")) {
      assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
      assertThat(world.get("/admin/audit", AdminWorld.AUDITOR).body())
          .contains("application.suspend");
    }
  }

  @Test
  void whoeverChangesTheLog_isFound() throws Exception {
    try (Database database = open();
        AdminWorld world = gateway(database, "one")) {
      for (int i = 0; i < 3; i++) {
        world.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
        world.post(RESUME, AdminWorld.OPERATOR, AdminWorld.REASON);
      }
      JsonNode whole = check(world);
      assertThat(whole.path("intact").asBoolean()).isTrue();
      assertThat(whole.path("records").asInt()).isEqualTo(6);
      JsonNode last = AdminWorld.body(world.get("/admin/audit?after=5", AdminWorld.AUDITOR));
      assertThat(whole.path("head").asString()).isEqualTo(last.path("hash").asString());
      database.update("update audit set who = 'operator:other' where number = 3").block(PATIENCE);
      JsonNode changed = check(world);
      assertThat(changed.path("intact").asBoolean()).isFalse();
      assertThat(changed.path("broken_at").asInt()).isEqualTo(3);
      assertThat(changed.path("problem").asString()).isNotEmpty();
    }
  }

  @Test
  void aDatabaseThatGoesAway_doesNotTakeTheSwitchAlong() throws Exception {
    AdminWorld world;
    try (Database database = open()) {
      world = gateway(database, "one");
      assertThat(world.get("/healthz", null).body()).isEqualTo("{\"status\":\"ok\"}");
    }
    try (world) {
      TestGateway.await(world.suspensions::isAway);
      HttpResponse<String> done = world.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
      assertThat(done.statusCode()).isEqualTo(202);
      assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
      assertThat(AdminWorld.refusal(world.get("/admin/audit", AdminWorld.AUDITOR)))
          .isEqualTo("503 overloaded");
      assertThat(AdminWorld.refusal(world.get("/admin/audit/check", AdminWorld.AUDITOR)))
          .isEqualTo("503 overloaded");
      assertThat(world.get("/admin/agencies", AdminWorld.AUDITOR).statusCode()).isEqualTo(200);
    }
    try (Database database = open();
        AdminWorld again = gateway(database, "one")) {
      TestGateway.await(() -> again.desk.waiting() == 0);
      assertThat(again.get("/admin/audit", AdminWorld.AUDITOR).body())
          .contains("\"at\":\"2026-11-23T12:00:00Z\"", "application.suspend");
      assertThat(check(again).path("intact").asBoolean()).isTrue();
    }
  }

  private static JsonNode check(AdminWorld world) throws Exception {
    return AdminWorld.body(world.get("/admin/audit/check", AdminWorld.AUDITOR));
  }
}
