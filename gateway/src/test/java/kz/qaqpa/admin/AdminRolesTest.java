package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every endpoint for every role, on its own agency and on another's. */
class AdminRolesTest {
  private static final Map<String, @Nullable String> KEYS =
      Map.of(
          "operator", AdminWorld.OPERATOR,
          "auditor", AdminWorld.AUDITOR,
          "minfin", AdminWorld.MINFIN,
          "kgd", AdminWorld.KGD,
          "stranger", "qpa_unknown");

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      useHeadersInDisplayName = true,
      textBlock =
          """
          METHOD | PATH                                          | operator | auditor | minfin | kgd | nobody | stranger
          GET    | /healthz                                      | 200      | 200     | 200    | 200 | 200    | 200
          GET    | /admin/session                                | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /admin/agencies                               | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /admin/agencies/minfin                        | 200      | 200     | 200    | 403 | 401    | 401
          GET    | /admin/agencies/kgd                           | 200      | 200     | 403    | 200 | 401    | 401
          GET    | /admin/agencies/none                          | 404      | 404     | 403    | 403 | 401    | 401
          POST   | /admin/agencies/minfin/applications/tax-chat/suspend | 200 | 403   | 200    | 403 | 401    | 401
          POST   | /admin/agencies/minfin/applications/tax-chat/resume  | 200 | 403   | 200    | 403 | 401    | 401
          POST   | /admin/agencies/kgd/applications/customs/suspend     | 200 | 403   | 403    | 200 | 401    | 401
          POST   | /admin/agencies/kgd/applications/customs/resume      | 200 | 403   | 403    | 200 | 401    | 401
          POST   | /admin/agencies/kgd/applications/none/suspend        | 404 | 403   | 403    | 404 | 401    | 401
          POST   | /admin/agencies/none/applications/none/suspend       | 404 | 403   | 403    | 403 | 401    | 401
          POST   | /admin/reload                                 | 200      | 403     | 403    | 403 | 401    | 401
          GET    | /admin/audit                                  | 200      | 200     | 403    | 403 | 401    | 401
          GET    | /admin/audit/check                            | 200      | 200     | 403    | 403 | 401    | 401
          GET    | /v1/usage                                     | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /admin/usage                                  | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /v1/usage?agency=kgd                          | 200      | 200     | 403    | 200 | 401    | 401
          GET    | /admin/labels                                 | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /admin/labels?agency=kgd                      | 200      | 200     | 403    | 200 | 401    | 401
          GET    | /admin/labels/01HZZZZZZZZZZZZZZZZZZZZZZZ      | 404      | 404     | 404    | 404 | 401    | 401
          GET    | /metrics                                      | 200      | 200     | 403    | 403 | 401    | 401
          GET    | /admin/series                                 | 200      | 200     | 403    | 403 | 401    | 401
          GET    | /admin/requests                               | 200      | 200     | 200    | 200 | 401    | 401
          GET    | /console                                      | 200      | 200     | 200    | 200 | 200    | 200
          GET    | /console/main.js                              | 200      | 200     | 200    | 200 | 200    | 200
          GET    | /console/none.js                              | 404      | 404     | 404    | 404 | 404    | 404
          GET    | /                                             | 302      | 302     | 302    | 302 | 302    | 302
          GET    | /v1/models                                    | 404      | 404     | 404    | 404 | 404    | 404
          POST   | /console                                      | 405      | 405     | 405    | 405 | 405    | 405
          DELETE | /admin/agencies                               | 405      | 405     | 405    | 405 | 405    | 405
          POST   | /metrics                                      | 405      | 405     | 405    | 405 | 405    | 405
          """)
  void matrix(
      String method,
      String path,
      int operator,
      int auditor,
      int minfin,
      int kgd,
      int nobody,
      int stranger)
      throws Exception {
    // Those who may do least first: what others did must not be in their way.
    assertThat(status(method, path, "stranger")).as("stranger").isEqualTo(stranger);
    assertThat(status(method, path, "nobody")).as("nobody").isEqualTo(nobody);
    assertThat(status(method, path, "auditor")).as("auditor").isEqualTo(auditor);
    assertThat(status(method, path, "minfin")).as("minfin").isEqualTo(minfin);
    assertThat(status(method, path, "kgd")).as("kgd").isEqualTo(kgd);
    assertThat(status(method, path, "operator")).as("operator").isEqualTo(operator);
  }

  private int status(String method, String path, String who) throws Exception {
    int records = world.trail.events().size();
    HttpRequest.Builder request = world.request(path, KEYS.get(who));
    HttpResponse<String> response =
        switch (method) {
          case "POST" -> world.send(AdminWorld.json(request, AdminWorld.REASON));
          case "DELETE" -> world.send(request.DELETE());
          default -> world.send(request);
        };
    if (response.statusCode() == 403) {
      // Who is known and may not is written down; who is unknown is not.
      assertThat(world.trail.events()).hasSize(records + 1);
      assertThat(world.trail.events().getLast().action()).isEqualTo("refused");
      assertThat(world.trail.events().getLast().target())
          .isEqualTo(method + " " + path.replaceFirst("\\?.*", ""));
    }
    if (response.statusCode() == 401) {
      assertThat(world.trail.events()).hasSize(records);
      assertThat(response.headers().firstValue("www-authenticate")).contains("Bearer");
    }
    return response.statusCode();
  }

  @Test
  void whoLooksAfterOneAgency_seesThatOne() throws Exception {
    world.post(AdminWorld.CUSTOMS + "/suspend", AdminWorld.KGD, AdminWorld.REASON);
    String all = world.get("/admin/agencies", AdminWorld.AUDITOR).body();
    assertThat(all).contains("minfin", "tax-chat", "kgd", "customs", "a leak", "agency-admin:kgd");
    String own = world.get("/admin/agencies", AdminWorld.MINFIN).body();
    assertThat(own).contains("minfin", "tax-chat").doesNotContain("kgd", "customs", "a leak");
  }

  /** An agency cannot lift what was imposed on it; who runs the gateway can lift what it did. */
  @Test
  void anAgency_resumesWhatItSuspended_notWhatOperatorsDid() throws Exception {
    String suspend = AdminWorld.TAX_CHAT + "/suspend";
    String resume = AdminWorld.TAX_CHAT + "/resume";
    world.post(suspend, AdminWorld.MINFIN, AdminWorld.REASON);
    assertThat(world.post(resume, AdminWorld.MINFIN, AdminWorld.REASON).statusCode())
        .isEqualTo(200);
    world.post(suspend, AdminWorld.MINFIN, AdminWorld.REASON);
    HttpResponse<String> stronger =
        world.post(suspend, AdminWorld.OPERATOR, "{\"reason\":\"an order\"}");
    assertThat(AdminWorld.body(stronger).path("suspension").path("by").asString())
        .isEqualTo("operator:duty");
    HttpResponse<String> weaker = world.post(suspend, AdminWorld.MINFIN, AdminWorld.REASON);
    assertThat(weaker.statusCode()).isEqualTo(200);
    assertThat(AdminWorld.body(weaker).path("suspension").path("reason").asString())
        .isEqualTo("an order");
    assertThat(AdminWorld.refusal(world.post(resume, AdminWorld.MINFIN, AdminWorld.REASON)))
        .isEqualTo("403 suspended_by_operator");
    assertThat(world.suspensions.find("minfin/tax-chat")).isNotNull();
    assertThat(world.post(resume, AdminWorld.OPERATOR, AdminWorld.REASON).statusCode())
        .isEqualTo(200);
    assertThat(world.suspensions.find("minfin/tax-chat")).isNull();
  }
}
