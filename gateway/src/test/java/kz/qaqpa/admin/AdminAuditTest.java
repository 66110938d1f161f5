package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.admin.operator.Role;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.deploy.Promtool;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is written down, and what is not done because it cannot be. */
class AdminAuditTest {
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

  private List<JsonNode> read(String query) throws Exception {
    HttpResponse<String> response = world.get("/admin/audit" + query, AdminWorld.AUDITOR);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/x-ndjson");
    return response.body().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  private void act() throws Exception {
    world.login(AdminWorld.OPERATOR);
    world.clock.move(Duration.ofMinutes(1));
    world.post(AdminWorld.TAX_CHAT + "/suspend", AdminWorld.OPERATOR, AdminWorld.REASON);
    world.clock.move(Duration.ofMinutes(1));
    world.post(AdminWorld.TAX_CHAT + "/resume", AdminWorld.KGD, AdminWorld.REASON);
    world.clock.move(Duration.ofMinutes(1));
    world.post("/admin/reload", AdminWorld.OPERATOR, "");
  }

  @Test
  void theLog_isReadInOrder_withWhatWasAndIs() throws Exception {
    act();
    List<JsonNode> all = read("");
    assertThat(all)
        .extracting(it -> it.path("who").asString() + " " + it.path("action").asString())
        .containsExactly(
            "operator:duty session.begin",
            "operator:duty application.suspend",
            "agency-admin:kgd-it refused",
            "operator:duty reload.begin",
            "operator:duty reload.end");
    assertThat(all.get(0).at("/after/address").asString()).isEqualTo("127.0.0.1");
    assertThat(all.get(1).path("at").asString()).isEqualTo("2026-11-23T12:01:00Z");
    assertThat(all.get(1).path("before").isNull()).isTrue();
    assertThat(all.get(1).at("/after/reason").asString()).isEqualTo("a leak");
    assertThat(all.get(2).path("target").asString())
        .isEqualTo("POST " + AdminWorld.TAX_CHAT + "/resume");
    assertThat(all.get(2).at("/after/reason").asString()).isEqualTo("agency_not_allowed");
    assertThat(all.get(4).at("/before/operators").asInt()).isEqualTo(5);
    assertThat(all.get(4).at("/after/now/operators").asInt()).isEqualTo(5);
    // No key, no session and no token is in it.
    assertThat(all.toString())
        .doesNotContain("qpa_", AdminWorld.OPERATOR)
        .doesNotContainPattern("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?who=agency-admin:kgd-it            | 3",
        "?action=application.suspend         | 2",
        "?target=minfin/tax-chat             | 2",
        "?after=3                            | 4, 5",
        "?limit=2                            | 1, 2",
        "?from=2026-11-23T12:02:00Z          | 3, 4, 5",
        "?from=2026-11-23T17:02:00%2B05:00   | 3, 4, 5",
        "?to=2026-11-23T12:01:00Z            | 1",
        "?from=2026-11-23T12:01:00Z&to=2026-11-23T12:03:00Z | 2, 3",
        "?who=operator:duty&after=1&limit=1  | 2",
        "?who=nobody                         | ''"
      })
  void filters(String query, String numbers) throws Exception {
    act();
    assertThat(
            String.join(
                ", ", read(query).stream().map(it -> it.path("number").asString()).toList()))
        .isEqualTo(numbers);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "?from=yesterday       | from: \\\"yesterday\\\" (expected: a moment such as",
        "?limit=0              | limit: \\\"0\\\" (expected: a whole number from 1 to 1000000)",
        "?limit=x              | limit: \\\"x\\\" (expected: a whole number",
        "?after=-1             | after: \\\"-1\\\" (expected: a whole number from 0",
        "?who=a&who=b          | who: 2 values (expected: one of at most",
        "?form=2026-11-23      | query: \\\"form\\\" (expected: action, after, from,"
      })
  void wrongFilters_areNamed(String query, String message) throws Exception {
    HttpResponse<String> response = world.get("/admin/audit" + query, AdminWorld.AUDITOR);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(message);
  }

  /** Also where it was refused: who probes learns that, too, only after it is written down. */
  @Test
  void whatCannotBeWrittenDown_isNotDone() throws Exception {
    world.trail.away(true);
    for (HttpResponse<String> response :
        List.of(
            world.login(AdminWorld.OPERATOR),
            world.post("/admin/reload", AdminWorld.OPERATOR, ""),
            world.post(AdminWorld.TAX_CHAT + "/resume", AdminWorld.OPERATOR, AdminWorld.REASON),
            world.post("/admin/reload", AdminWorld.AUDITOR, ""),
            world.get("/metrics", AdminWorld.MINFIN))) {
      assertThat(AdminWorld.refusal(response)).isEqualTo("503 overloaded");
      assertThat(response.headers().firstValue("set-cookie")).isEmpty();
    }
    assertThat(world.audited()).isEmpty();
    assertThat(world.get("/admin/agencies", AdminWorld.OPERATOR).statusCode()).isEqualTo(200);
  }

  @Test
  void aRefusedReload_saysWhatIsWrong_andTheOldHolds() throws Exception {
    world.agencies.next = Registry.Outcome.REFUSED;
    HttpResponse<String> response = world.post("/admin/reload", AdminWorld.OPERATOR, "");
    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(response.body()).contains("\"refused\":true", "agencies.yaml:1: wrong");
    assertThat(world.get("/admin/agencies", AdminWorld.OPERATOR).body())
        .contains("agencies.yaml:1: wrong");
    assertThat(world.get("/admin/agencies", AdminWorld.MINFIN).body()).doesNotContain("wrong");
    assertThat(world.get("/healthz", null).body())
        .contains("degraded", "agencies.yaml: wrong, what was before holds on")
        .doesNotContain(":1:");
    world.agencies.next = Registry.Outcome.APPLIED;
    world.entries.add(AdminWorld.operator("more", Role.AUDITOR, null, "qpa_more"));
    HttpResponse<String> applied = world.post("/admin/reload", AdminWorld.OPERATOR, "");
    assertThat(applied.body()).contains("\"refused\":false", "\"operators\":6");
    assertThat(world.get("/admin/audit", "qpa_more").statusCode()).isEqualTo(200);
    assertThat(world.get("/healthz", null).body()).isEqualTo("{\"status\":\"ok\"}");
  }

  @Test
  void theCheck_saysWhetherItIsWhole() throws Exception {
    act();
    assertThat(world.get("/admin/audit/check", AdminWorld.AUDITOR).body())
        .isEqualTo(
            "{\"intact\":true,\"records\":5,\"broken_at\":null,\"problem\":null,\"head\":\""
                + "0".repeat(64)
                + "\"}");
  }

  @Test
  void metrics_nameAgencies_onlyHere() throws Exception {
    world.post(AdminWorld.TAX_CHAT + "/suspend", AdminWorld.OPERATOR, AdminWorld.REASON);
    String text = world.get("/metrics", AdminWorld.AUDITOR).body();
    assertThat(text.lines())
        .contains(
            "qaqpa_agency_streams{agency=\"kgd\",application=\"customs\"} 0.0",
            "qaqpa_agency_suspended{agency=\"minfin\",application=\"tax-chat\"} 1.0",
            "qaqpa_agency_window_settled{agency=\"kgd\",application=\"\","
                + "counter=\"tokens_per_day\"} 0.0",
            "qaqpa_agency_window_reserved{agency=\"kgd\",application=\"customs\","
                + "counter=\"characters_per_month\"} 0.0",
            "qaqpa_suspensions_waiting 0.0")
        .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"))
        .anyMatch(line -> line.startsWith("qaqpa_suspensions_age_seconds "));
  }

  @Test
  @Tag("promtool")
  void suspensionsThatNobodyCouldRead_areTold(@TempDir Path alerts) throws Exception {
    world.suspensions.start(List.of());
    String calm = world.get("/metrics", AdminWorld.AUDITOR).body();
    Promtool.requireFiring(alerts, calm, calm, List.of());
    world.register.away(true);
    // One that was being read when it went may still come.
    TestGateway.await(() -> world.suspensions.isAway());
    world.clock.move(Duration.ofSeconds(61));
    String old = world.get("/metrics", AdminWorld.AUDITOR).body();
    Promtool.requireFiring(alerts, calm, old, List.of("QaqpaSuspensionsOld"));
  }

  @Test
  void agencies_areListed_withTheirUse() throws Exception {
    HttpResponse<String> one = world.get("/admin/agencies/minfin", AdminWorld.MINFIN);
    JsonNode body = AdminWorld.body(one);
    assertThat(body.path("id").asString()).isEqualTo("minfin");
    assertThat(body.path("streams").asInt()).isZero();
    assertThat(body.path("windows")).hasSize(6);
    JsonNode application = body.path("applications").get(0);
    assertThat(application.path("state").asString()).isEqualTo("active");
    assertThat(application.path("suspension").isNull()).isTrue();
    assertThat(application.path("windows").get(0).toString())
        .isEqualTo(
            "{\"counter\":\"tokens_per_minute\",\"limit\":null,\"settled\":0,\"reserved\":0}");
  }
}
