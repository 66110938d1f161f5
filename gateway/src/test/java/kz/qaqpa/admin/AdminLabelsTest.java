package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Auditors search labels. Today is 23 November 2026. */
class AdminLabelsTest {
  @TempDir private Path folder;
  private AdminWorld world;
  private final List<String> ids = new ArrayList<>();

  @BeforeEach
  void open() throws IOException {
    world = new AdminWorld(folder);
    issue("2026-10-31T18:59:59Z", "minfin", "tax-chat", "high"); // Still October in Almaty.
    issue("2026-10-31T19:00:00Z", "minfin", "tax-chat", "medium");
    issue("2026-11-02T10:00:00Z", "kgd", "customs", "high");
    issue("2026-11-23T11:00:00Z", "minfin", "archive", "minimal");
  }

  @AfterEach
  void close() {
    world.close();
  }

  private void issue(String at, String agency, String application, String risk) {
    Instant moment = Instant.parse(at);
    String id = Ulid.next(moment);
    world.labels.add(
        new IssuedLabel(
            id,
            moment,
            new UsageRecord.Who(agency, application, "kaz-mini"),
            risk,
            "client",
            "kk",
            List.of("0".repeat(64)),
            "{\"v\":1,\"id\":\"" + id + "\",\"holder\":{\"kk\":\"Қаржы\"}}",
            "aGVhZGVy..c2ln"),
        UsageRecords.at(at).record());
    ids.add(id);
  }

  private List<JsonNode> search(String query, String key) throws Exception {
    HttpResponse<String> answer = world.get("/admin/labels" + query, key);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/x-ndjson");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    return answer.body().lines().map(line -> JsonMapper.shared().readTree(line)).toList();
  }

  private List<Integer> found(String query, String key) throws Exception {
    return search(query, key).stream()
        .map(line -> ids.indexOf(line.path("id").asString()))
        .toList();
  }

  @Test
  void withoutAQueryItIsThisMonth() throws Exception {
    assertThat(found("", AdminWorld.AUDITOR)).containsExactly(1, 2, 3);
    JsonNode line = search("", AdminWorld.AUDITOR).getFirst();
    assertThat(line.path("content_label").path("holder").path("kk").asString()).isEqualTo("Қаржы");
    assertThat(line.path("content_label").path("jws").asString()).startsWith("aGVhZGVy.ey");
    assertThat(line.path("issued").path("risk").asString()).isEqualTo("medium");
    assertThat(line.path("issued").path("notice_promised_by").asString())
        .isEqualTo("minfin/tax-chat");
    assertThat(line.path("issued").path("signed").asBoolean()).isTrue();
    assertThat(world.trail.events()).isEmpty(); // Who reads is not written down.
  }

  @Test
  void byTimeAgencyApplicationModelAndRisk() throws Exception {
    String all = "?from=2026-01-01";
    assertThat(found(all, AdminWorld.AUDITOR)).containsExactly(0, 1, 2, 3);
    assertThat(found(all + "&risk=high", AdminWorld.OPERATOR)).containsExactly(0, 2);
    assertThat(found(all + "&agency=minfin", AdminWorld.AUDITOR)).containsExactly(0, 1, 3);
    assertThat(found(all + "&agency=minfin&application=archive", AdminWorld.AUDITOR))
        .containsExactly(3);
    assertThat(found(all + "&model=kaz-mini&limit=2", AdminWorld.AUDITOR)).containsExactly(0, 1);
    assertThat(found(all + "&after=" + ids.get(1), AdminWorld.AUDITOR)).containsExactly(2, 3);
    assertThat(found(all + "&model=other", AdminWorld.AUDITOR)).isEmpty();
    assertThat(found("?from=2026-11-02T10:00:00Z&to=2026-11-02T10:00:01Z", AdminWorld.AUDITOR))
        .containsExactly(2);
  }

  @Test
  void whoLooksAfterOneAgencySeesThatOne() throws Exception {
    assertThat(found("?from=2026-01-01", AdminWorld.KGD)).containsExactly(2);
    assertThat(found("?from=2026-01-01&agency=minfin", AdminWorld.MINFIN)).containsExactly(0, 1, 3);
    assertThat(AdminWorld.refusal(world.get("/admin/labels?agency=minfin", AdminWorld.KGD)))
        .isEqualTo("403 agency_not_allowed");
    assertThat(world.audited()).containsExactly("agency-admin:kgd-it refused GET /admin/labels");
    assertThat(AdminWorld.refusal(world.get("/admin/labels/" + ids.get(0), AdminWorld.KGD)))
        .isEqualTo("404 label_not_found");
    assertThat(world.get("/admin/labels/" + ids.get(2), AdminWorld.KGD).statusCode())
        .isEqualTo(200);
  }

  @Test
  void oneLabelComesWithItsRequest() throws Exception {
    JsonNode json = AdminWorld.body(world.get("/admin/labels/" + ids.get(1), AdminWorld.AUDITOR));
    assertThat(json.path("issued").path("record").path("answer_id").asString())
        .isEqualTo("chatcmpl-2026-10-31T19:00:00Z");
    assertThat(json.path("issued").path("record").path("output_tokens").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ?from=yesterday              | invalid_value     | from: "yesterday" (expected: a date such as
          ?from=2026-11-02&to=2026-11-01 | invalid_value   | from: 2026-11-01T19:00:00Z (expected: before to
          ?application=archive         | invalid_value     | application: archive (expected: an agency beside it)
          ?agency=No                   | invalid_value     | agency: "No" (expected: 1 to 64
          ?risk=low                    | invalid_value     | risk: "low" (expected: one of minimal, medium, high)
          ?model=                      | invalid_value     | model: "" (expected: the id of a model)
          ?after=1                     | invalid_value     | after: "1" (expected: the id of a label)
          ?limit=0                     | invalid_value     | limit: "0" (expected: a whole number from 1 to 1000000)
          ?limit=many                  | invalid_value     | limit: "many" (expected: a whole number
          ?form=2026-11-01             | unknown_parameter | query: "form" (expected: from, to, agency,
          ?risk=high&risk=high         | invalid_value     | "risk": given 2 times (expected: once)
          """)
  void whatIsWrongIsNamed(String query, String code, String message) throws Exception {
    HttpResponse<String> answer = world.get("/admin/labels" + query, AdminWorld.AUDITOR);
    assertThat(AdminWorld.refusal(answer)).isEqualTo("400 " + code);
    assertThat(AdminWorld.body(answer).path("error").path("message").asString()).contains(message);
  }

  @Test
  void whileTheRegistryIsAwayThatIsSaid() throws Exception {
    world.labels.away(true);
    for (String path : List.of("/admin/labels", "/admin/labels/" + ids.get(0))) {
      assertThat(AdminWorld.refusal(world.get(path, AdminWorld.AUDITOR)))
          .isEqualTo("503 overloaded");
    }
  }
}
