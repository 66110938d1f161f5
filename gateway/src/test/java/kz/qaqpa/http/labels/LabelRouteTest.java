package kz.qaqpa.http.labels;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.LabelServer;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.key.VerificationKeys;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Labels by their id, and the keys that verify them. */
class LabelRouteTest {
  private static LabelServer server;
  private static SignedLabel signed;
  private static String path;

  @BeforeAll
  static void start() {
    server = new LabelServer(1_000_000);
    signed = LabelServer.sign(LabelSamples.label(LabelSamples.TEXT));
    server.issue(signed, true);
    path = "/v1/labels/" + signed.label().id();
  }

  @AfterAll
  static void stop() {
    server.close();
    LeakRecorder.assertNone();
  }

  @Test
  void everybodySeesWhatTheLabelSays() throws Exception {
    for (String key : List.of("", LabelServer.STRANGER)) {
      HttpResponse<String> answer = server.get(path, key.isEmpty() ? null : key);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
      JsonNode json = LabelServer.json(answer);
      assertThat(json.propertyNames()).containsExactly("object", "id", "content_label");
      assertThat(json.path("content_label").toString())
          .isEqualTo(new String(signed.json(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void itsAgencySeesWhatTheRequestCameTo() throws Exception {
    for (String key : List.of(TestGateway.KEY, TestGateway.OTHER_KEY)) {
      JsonNode issued = LabelServer.json(server.get(path, key)).path("issued");
      assertThat(issued.path("agency").asString()).isEqualTo("minfin");
      assertThat(issued.path("application").asString()).isEqualTo("tax-chat");
      assertThat(issued.path("notice").asString()).isEqualTo("append");
      assertThat(issued.path("notice_promised_by").isNull()).isTrue();
      JsonNode record = issued.path("record");
      assertThat(record.path("answer_id").asString()).isEqualTo("chatcmpl-2026-12-01T09:00:01Z");
      assertThat(record.path("request_id").asString())
          .isEqualTo("req-chatcmpl-2026-12-01T09:00:01Z");
      assertThat(record.path("prompt_tokens").asInt()).isEqualTo(10);
      assertThat(record.path("total_millis").asInt()).isEqualTo(5);
    }
  }

  @Test
  void whoPromisedTheNoticeIsSaid() throws Exception {
    SignedLabel promised = LabelServer.sign(LabelSamples.label(NoticePolicy.CLIENT, "жауап"));
    server.issue(promised, true);
    JsonNode json =
        LabelServer.json(server.get("/v1/labels/" + promised.label().id(), TestGateway.KEY));
    assertThat(json.path("issued").path("notice_promised_by").asString())
        .isEqualTo("minfin/tax-chat");
  }

  @Test
  void whatIsNotThereIsNotFound_wrongKeysAreTold() throws Exception {
    for (String id :
        List.of("01HZZZZZZZZZZZZZZZZZZZZZZZ", "x", "%00", "01HZ'--", "a".repeat(999))) {
      HttpResponse<String> answer = server.get("/v1/labels/" + id, null);
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).contains("label_not_found", "the id of one that is kept");
    }
    assertThat(server.get(path, "qpk_wrong").statusCode()).isEqualTo(401);
    assertThat(server.post(path, null, "{}").statusCode()).isEqualTo(405);
    assertThat(server.get("/v1/labels/verify", null).statusCode()).isEqualTo(405);
    assertThat(server.get("/v1/labels", null).statusCode()).isEqualTo(404);
    assertThat(server.get(path + "/x", null).statusCode()).isEqualTo(404);
    server.labels().away(true);
    assertThat(server.get(path, null).statusCode()).isEqualTo(503);
    server.labels().away(false);
  }

  @Test
  void theKeysVerifyIt() throws Exception {
    HttpResponse<String> jwks = server.get("/.well-known/jwks.json", null);
    assertThat(jwks.headers().firstValue("content-type")).hasValue("application/jwk-set+json");
    assertThat(jwks.headers().firstValue("cache-control")).hasValue("public, max-age=3600");
    assertThat(jwks.body()).doesNotContain("\"d\"");
    String label = LabelServer.json(server.get(path, null)).path("content_label").toString();
    LabelVerifier verifier =
        new LabelVerifier(
            VerificationKeys.ofJwks(jwks.body().getBytes(StandardCharsets.UTF_8)),
            LabelSchemas.installed());
    assertThat(
            verifier
                .verify(label, List.of(new GivenText(null, LabelSamples.TEXT)), Instant.now())
                .isValid())
        .isTrue();
  }
}
