package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.admin.operator.OperatorsFile.OperatorEntry;
import kz.qaqpa.admin.operator.Role;
import kz.qaqpa.fixture.RawClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging in, and what a stolen or planted cookie is good for. */
class AdminSessionTest {
  private static final String SUSPEND = AdminWorld.TAX_CHAT + "/suspend";

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
  void login_actsAsItsOperator_untilLogout() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    assertThat(login.statusCode()).isEqualTo(200);
    assertThat(login.headers().allValues("set-cookie"))
        .singleElement()
        .asString()
        .matches("qaqpa-admin=[A-Za-z0-9_-]{43}; Path=/admin; HTTPOnly; SameSite=Strict");
    assertThat(AdminWorld.body(login).path("operator").asString()).isEqualTo("duty");
    assertThat(AdminWorld.body(login).path("role").asString()).isEqualTo("operator");
    assertThat(AdminWorld.body(login).path("expires_at").asString())
        .isEqualTo("2026-11-23T20:00:00Z");

    HttpResponse<String> self = world.send(with(login, "/admin/session"));
    assertThat(AdminWorld.csrf(self)).isEqualTo(AdminWorld.csrf(login)).hasSize(43);
    assertThat(world.send(suspend(login, AdminWorld.csrf(login))).statusCode()).isEqualTo(200);

    HttpResponse<String> logout =
        world.send(
            with(login, "/admin/session").header("x-csrf-token", AdminWorld.csrf(login)).DELETE());
    assertThat(logout.statusCode()).isEqualTo(204);
    assertThat(logout.headers().firstValue("set-cookie").orElseThrow())
        .startsWith("qaqpa-admin=; Max-Age=0;");
    assertThat(AdminWorld.refusal(world.send(with(login, "/admin/agencies"))))
        .isEqualTo("401 invalid_api_key");
    assertThat(world.audited())
        .containsExactly(
            "operator:duty session.begin session",
            "operator:duty application.suspend minfin/tax-chat",
            "operator:duty session.end session");
  }

  @Test
  void withoutItsToken_aSessionChangesNothing() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    HttpResponse<String> other = world.login(AdminWorld.AUDITOR);
    String token = AdminWorld.csrf(login);
    assertThat(AdminWorld.refusal(world.send(suspend(login, null))))
        .isEqualTo("403 csrf_token_required");
    for (String wrong : List.of("", "x", token + "x", token.substring(1), AdminWorld.csrf(other))) {
      assertThat(AdminWorld.refusal(world.send(suspend(login, wrong))))
          .as(wrong)
          .isEqualTo("403 csrf_token_required");
    }
    HttpRequest.Builder twice = suspend(login, token).header("x-csrf-token", token);
    assertThat(AdminWorld.refusal(world.send(twice))).isEqualTo("403 csrf_token_required");
    assertThat(AdminWorld.refusal(world.send(with(login, "/admin/session").DELETE())))
        .isEqualTo("403 csrf_token_required");
    assertThat(world.register.suspensions()).isEmpty();
    assertThat(world.send(suspend(login, token)).statusCode()).isEqualTo(200);
  }

  /** An id that somebody planted in a browser does not become that of whoever logs in there. */
  @Test
  void login_neverGoesOnUnderAnIdThatWasThere() throws Exception {
    HttpResponse<String> attackers = world.login(AdminWorld.AUDITOR);
    HttpResponse<String> victims =
        world.send(
            AdminWorld.json(
                with(attackers, "/admin/session"), "{\"key\":\"" + AdminWorld.OPERATOR + "\"}"));
    assertThat(victims.statusCode()).isEqualTo(200);
    assertThat(AdminWorld.cookie(victims)).isNotEqualTo(AdminWorld.cookie(attackers));
    assertThat(AdminWorld.csrf(victims)).isNotEqualTo(AdminWorld.csrf(attackers));
    assertThat(world.send(with(attackers, "/admin/agencies")).statusCode()).isEqualTo(401);
    HttpResponse<String> invented =
        world.send(
            AdminWorld.json(
                world.request("/admin/session").header("Cookie", "qaqpa-admin=" + "A".repeat(43)),
                "{\"key\":\"" + AdminWorld.OPERATOR + "\"}"));
    assertThat(AdminWorld.cookie(invented)).isNotEqualTo("qaqpa-admin=" + "A".repeat(43));
  }

  /** A page of another port may set a cookie beside the real one: then neither counts. */
  @Test
  void twoCookies_areNone() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    HttpResponse<String> planted = world.login(AdminWorld.AUDITOR);
    String both = AdminWorld.cookie(planted) + "; " + AdminWorld.cookie(login);
    assertThat(world.send(world.request("/admin/agencies").header("Cookie", both)).statusCode())
        .isEqualTo(401);
  }

  @Test
  void sessions_endWhenIdle_andAtTheLatestAfterEightHours() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    for (int i = 0; i < 34; i++) { // 7 h 56 min in all.
      world.clock.move(Duration.ofMinutes(14));
      assertThat(world.send(with(login, "/admin/agencies")).statusCode()).isEqualTo(200);
    }
    world.clock.move(Duration.ofMinutes(4));
    assertThat(world.send(with(login, "/admin/agencies")).statusCode()).isEqualTo(401);

    HttpResponse<String> idle = world.login(AdminWorld.OPERATOR);
    world.clock.move(Duration.ofMinutes(15));
    assertThat(world.send(with(idle, "/admin/agencies")).statusCode()).isEqualTo(401);
  }

  @Test
  void aKey_hasTwoSessions_theThirdEndsTheFirst() throws Exception {
    HttpResponse<String> first = world.login(AdminWorld.OPERATOR);
    HttpResponse<String> others = world.login(AdminWorld.AUDITOR);
    world.clock.move(Duration.ofSeconds(1));
    HttpResponse<String> second = world.login(AdminWorld.OPERATOR);
    HttpResponse<String> third = world.login(AdminWorld.OPERATOR);
    assertThat(world.send(with(first, "/admin/agencies")).statusCode()).isEqualTo(401);
    for (HttpResponse<String> alive : List.of(second, third, others)) {
      assertThat(world.send(with(alive, "/admin/agencies")).statusCode()).isEqualTo(200);
    }
  }

  /** What the file says holds for sessions that were begun before. */
  @Test
  void takenAwayKeys_andRoles_holdForRunningSessions() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    world.entries.set(0, AdminWorld.operator("duty", Role.AUDITOR, null, AdminWorld.OPERATOR));
    world.operators.reload();
    assertThat(AdminWorld.refusal(world.send(suspend(login, AdminWorld.csrf(login)))))
        .isEqualTo("403 role_not_allowed");
    world.entries.set(0, new OperatorEntry("duty", "duty", Role.OPERATOR, null, List.of()));
    world.operators.reload();
    assertThat(AdminWorld.refusal(world.send(with(login, "/admin/session"))))
        .isEqualTo("401 invalid_api_key");
  }

  /** Right keys count as well: who knows one need not try. */
  @Test
  void tries_areLimitedForEachAddress() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(AdminWorld.refusal(world.login("qpa_wrong" + i))).isEqualTo("401 invalid_api_key");
    }
    HttpResponse<String> sixth = world.login(AdminWorld.OPERATOR);
    assertThat(AdminWorld.refusal(sixth)).isEqualTo("429 rate_limit_exceeded");
    assertThat(sixth.headers().firstValue("retry-after")).contains("12");
    // Not from elsewhere, and not with a key: a flood must not keep anybody from the switch.
    String body = "{\"key\":\"" + AdminWorld.OPERATOR + "\"}";
    try (RawClient elsewhere = RawClient.from("127.0.0.2", world.address())) {
      elsewhere.send(
          "POST /admin/session HTTP/1.1\r\nHost: 127.0.0.1:"
              + world.address().getPort()
              + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      assertThat(elsewhere.readAll()).startsWith("HTTP/1.1 200 ");
    }
    assertThat(world.get("/admin/agencies", AdminWorld.OPERATOR).statusCode()).isEqualTo(200);
    world.clock.move(Duration.ofSeconds(12));
    assertThat(world.login(AdminWorld.OPERATOR).statusCode()).isEqualTo(200);
    assertThat(world.login(AdminWorld.OPERATOR).statusCode()).isEqualTo(429);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"key\":null}",
        "{\"key\":7}",
        "[]",
        "{\"key\":\"a\",\"key\":\"b\"}",
        "{\"key\":"
      })
  void bodiesThatAreNoLogin_areNamed_neverEchoed(String body) throws Exception {
    HttpResponse<String> response = world.post("/admin/session", null, body);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).doesNotContain("\"a\"", "\\\"b\\\"");
  }

  @Test
  void keys_areGoodOnlyAsOneBearer() throws Exception {
    for (String header :
        List.of(
            "Basic " + AdminWorld.OPERATOR,
            AdminWorld.OPERATOR,
            "Bearer",
            "Bearer ",
            "Bearer qpa_",
            "Bearer " + AdminWorld.OPERATOR + "x",
            "Bearer " + "x".repeat(10_000),
            "Bearer " + AdminWorld.EXPIRED)) {
      HttpResponse<String> response =
          world.send(world.request("/admin/agencies").header("Authorization", header));
      assertThat(AdminWorld.refusal(response)).isEqualTo("401 invalid_api_key");
      assertThat(response.body()).doesNotContain(AdminWorld.OPERATOR, "xxx");
    }
    HttpRequest.Builder two = world.request("/admin/agencies", AdminWorld.OPERATOR);
    two.header("Authorization", "Bearer " + AdminWorld.OPERATOR);
    assertThat(world.send(two).statusCode()).isEqualTo(401);
    // A wrong key is not made up for by a good session.
    HttpRequest.Builder both =
        with(world.login(AdminWorld.OPERATOR), "/admin/agencies")
            .header("Authorization", "Bearer qpa_wrong");
    assertThat(world.send(both).statusCode()).isEqualTo(401);
    assertThat(AdminWorld.refusal(world.login(AdminWorld.EXPIRED)))
        .isEqualTo("401 invalid_api_key");
  }

  @Test
  void logout_endsTheSession_evenWhenItCannotBeWrittenDown() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    world.trail.away(true);
    HttpResponse<String> logout =
        world.send(
            with(login, "/admin/session").header("x-csrf-token", AdminWorld.csrf(login)).DELETE());
    assertThat(AdminWorld.refusal(logout)).isEqualTo("503 overloaded");
    assertThat(world.send(with(login, "/admin/agencies")).statusCode()).isEqualTo(401);
  }

  private HttpRequest.Builder with(HttpResponse<String> login, String path) {
    return world.request(path).header("Cookie", AdminWorld.cookie(login));
  }

  private HttpRequest.Builder suspend(HttpResponse<String> login, @Nullable String csrf) {
    HttpRequest.Builder request = AdminWorld.json(with(login, SUSPEND), AdminWorld.REASON);
    return csrf == null ? request : request.header("x-csrf-token", csrf);
  }
}
