package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.admin.audit.AuditEvent;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Suspending and resuming, also when there is nowhere to write it down. */
class SuspensionDeskTest {
  private static final String SUSPEND = AdminWorld.TAX_CHAT + "/suspend";
  private static final String RESUME = AdminWorld.TAX_CHAT + "/resume";
  private static final String SUSPENDED = "operator:duty application.suspend minfin/tax-chat";

  @TempDir private Path folder;
  private AdminWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new AdminWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void suspending_isWrittenDown_withWhyAndHowItWas() throws Exception {
    HttpResponse<String> done = suspend();
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body())
        .isEqualTo(
            "{\"agency\":\"minfin\",\"application\":\"tax-chat\",\"state\":\"suspended\","
                + "\"suspension\":{\"by\":\"operator:duty\",\"reason\":\"a leak\","
                + "\"since\":\"2026-11-23T12:00:00Z\"},\"everywhere\":true}");
    assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
    assertThat(world.register.suspensions()).containsKey("minfin/tax-chat");
    AuditEvent event = world.trail.events().getLast();
    assertThat(event.before()).isNull();
    assertThat(event.after()).contains("\"reason\":\"a leak\"");

    HttpResponse<String> resumed =
        world.post(RESUME, AdminWorld.OPERATOR, "{\"reason\":\" mended \"}");
    assertThat(resumed.body()).contains("\"state\":\"active\"", "\"everywhere\":true");
    assertThat(world.suspensions.find("minfin/tax-chat")).isNull();
    assertThat(world.register.suspensions()).isEmpty();
    event = world.trail.events().getLast();
    assertThat(event.action()).isEqualTo("application.resume");
    assertThat(event.before()).contains("a leak");
    assertThat(event.after()).isEqualTo("{\"reason\":\"mended\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"reason\":\"\"}",
        "{\"reason\":\"  \"}",
        "{\"reason\":\"a\\u0000b\"}",
        "{\"reason\":\"a\\u001b[2Jb\"}",
        "{\"reason\":\"a\\ud800b\"}",
        "{\"reason\":1}",
        "x"
      })
  void withoutAReason_nothingIsDone(String body) throws Exception {
    assertThat(world.post(SUSPEND, AdminWorld.OPERATOR, body).statusCode()).isEqualTo(400);
    String longest = "{\"reason\":\"" + "қ".repeat(501) + "\"}";
    assertThat(world.post(SUSPEND, AdminWorld.OPERATOR, longest).body())
        .contains("reason: 501 characters (expected: 1 to 500, not all blank)");
    assertThat(world.audited()).isEmpty();
    assertThat(world.suspensions.all()).isEmpty();
  }

  /** The database is there at the last look and fails under this request. */
  @Test
  void withoutAnAuditLog_suspendingGoesToDisk_andIsWrittenLaterInOrder() throws Exception {
    world.trail.away(true);
    HttpResponse<String> done = suspend();
    assertThat(done.statusCode()).isEqualTo(202);
    assertThat(done.body()).contains("\"state\":\"suspended\"", "\"everywhere\":false");
    assertThat(world.post(AdminWorld.CUSTOMS + "/suspend", AdminWorld.KGD, AdminWorld.REASON))
        .returns(202, HttpResponse::statusCode);
    assertThat(world.suspensions.all()).hasSize(2);
    assertThat(world.register.suspensions()).isEmpty();
    assertThat(Files.readString(folder.resolve(SuspensionSpool.NAME)))
        .contains("tax-chat", "customs");
    assertThat(world.get("/healthz", null).body())
        .isEqualTo(
            "{\"status\":\"degraded\",\"reasons\":[\"suspensions: some are not in the database"
                + " yet\"]}");
    // Resuming waits, and nothing else that must be written down is done.
    assertThat(AdminWorld.refusal(world.post(RESUME, AdminWorld.OPERATOR, AdminWorld.REASON)))
        .isEqualTo("503 overloaded");
    assertThat(AdminWorld.refusal(world.login(AdminWorld.OPERATOR))).isEqualTo("503 overloaded");
    assertThat(AdminWorld.refusal(world.post("/admin/reload", AdminWorld.OPERATOR, "")))
        .isEqualTo("503 overloaded");
    world.clock.move(Duration.ofMinutes(5));
    world.trail.away(false);
    TestGateway.await(() -> world.desk.waiting() == 0);
    assertThat(world.audited())
        .containsExactly(SUSPENDED, "agency-admin:kgd-it application.suspend kgd/customs");
    assertThat(world.trail.events().getFirst().at()).isEqualTo("2026-11-23T12:00:00Z");
    assertThat(world.register.suspensions()).containsOnlyKeys("minfin/tax-chat", "kgd/customs");
    assertThat(world.suspensions.all()).hasSize(2);
  }

  @Test
  void withoutARegister_theRecordIsNotWrittenTwice() throws Exception {
    world.register.away(true);
    assertThat(suspend().statusCode()).isEqualTo(202);
    assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
    world.register.away(false);
    TestGateway.await(() -> world.desk.waiting() == 0);
    assertThat(world.audited()).containsExactly(SUSPENDED);
    assertThat(world.register.suspensions()).containsOnlyKeys("minfin/tax-chat");
  }

  @Test
  void whatWaits_outlivesARestart() throws Exception {
    world.trail.away(true);
    suspend();
    world.close();
    world = new AdminWorld(folder);
    assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
    TestGateway.await(() -> world.desk.waiting() == 0);
    assertThat(world.audited()).containsExactly(SUSPENDED);
    assertThat(world.register.suspensions()).containsOnlyKeys("minfin/tax-chat");
  }

  @Test
  void suspendedWhileAway_isASuccessAsOftenAsItIsAsked() throws Exception {
    suspend();
    world.trail.away(true);
    HttpResponse<String> again = suspend();
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).contains("\"state\":\"suspended\"");
    assertThat(world.desk.waiting()).isZero();
  }

  @Test
  void withNowhereToWrite_nothingIsDone() throws Exception {
    world.trail.away(true);
    Files.createDirectory(folder.resolve(SuspensionSpool.NAME)); // No file can take its place.
    Files.createFile(folder.resolve(SuspensionSpool.NAME).resolve("x"));
    assertThat(AdminWorld.refusal(suspend())).isEqualTo("503 overloaded");
    assertThat(world.suspensions.all()).isEmpty();
  }

  /** A client that gives up does not leave half of it. */
  @Test
  void aClientThatLeaves_doesNotStopIt() throws Exception {
    world.trail.disk(_ -> Mono.delay(Duration.ofMillis(300)).then());
    try (kz.qaqpa.fixture.RawClient client = new kz.qaqpa.fixture.RawClient(world.address())) {
      client.send(
          "POST "
              + SUSPEND
              + " HTTP/1.1\r\nHost: 127.0.0.1:"
              + world.address().getPort()
              + "\r\nAuthorization: Bearer "
              + AdminWorld.OPERATOR
              + "\r\nContent-Type: application/json\r\nContent-Length: "
              + AdminWorld.REASON.length()
              + "\r\n\r\n"
              + AdminWorld.REASON);
      Thread.sleep(50); // That the request arrives; the rest does not depend on it.
    }
    TestGateway.await(() -> world.suspensions.find("minfin/tax-chat") != null);
    assertThat(world.audited()).isEqualTo(List.of(SUSPENDED));
  }

  private HttpResponse<String> suspend() throws Exception {
    return world.post(SUSPEND, AdminWorld.OPERATOR, AdminWorld.REASON);
  }
}
