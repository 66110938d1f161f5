package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.Labellings;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.stamp.Labelling;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.label.verify.Verdict;
import kz.qaqpa.label.verify.Verification;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every answer says what it is, on every interface and however it ends. */
class LabelledAnswersTest {
  private static final String KAZAKH = "Сәлеметсіз бе, құжатты қалай аламын";
  private static final String RUSSIAN = "Здравствуйте, как получить документ";
  private static final String NOTICE_KK = "жасанды интеллект";
  private static final String NOTICE_RU = "искусственного интеллекта";

  @Test
  void aStream_hasItsLabelInTheFirstChunk_andSignedInTheLast() throws Exception {
    try (TestGateway gateway = gateway(Script.saying(KAZAKH), NoticePolicy.APPEND)) {
      HttpResponse<String> response =
          gateway.post(
              TestGateway.chat("a", "\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
      assertThat(response.headers().firstValue("AI-Disclosure")).isPresent();
      List<JsonNode> chunks = Sse.chunks(response.body());
      JsonNode opening = chunks.getFirst().path("content_label");
      assertThat(opening.path("generated").asBoolean()).isTrue();
      assertThat(opening.has("jws")).isFalse();
      assertThat(opening.has("content")).isFalse();
      assertThat(chunks.stream().filter(chunk -> chunk.has("content_label"))).hasSize(2);
      JsonNode last = chunks.get(chunks.size() - 2);
      assertThat(last.path("choices").path(0).path("finish_reason").asString()).isEqualTo("stop");
      assertThat(last.path("content_label").path("id")).isEqualTo(opening.path("id"));
      assertThat(chunks.getLast().path("choices").size()).isZero();

      String text = Sse.text(chunks);
      assertThat(text).startsWith(KAZAKH + "\n\n").contains(NOTICE_KK);
      assertThat(verify(gateway, last, text).verdict()).isEqualTo(Verdict.VALID);
      assertThat(verify(gateway, last, text.replace("қалай", "калай")).verdict())
          .isEqualTo(Verdict.ALTERED);
      assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
          .isEqualTo(Script.length(KAZAKH));
      isRegistered(gateway, last.path("content_label"));
    }
  }

  @Test
  void aWholeAnswer_isLabelled() throws Exception {
    try (TestGateway gateway = gateway(Script.saying(RUSSIAN), NoticePolicy.APPEND)) {
      JsonNode body = read(gateway.post(TestGateway.chat("a", "")));
      String text = text(body, 0);
      assertThat(text).startsWith(RUSSIAN + "\n\n").contains(NOTICE_RU);
      Verification verification = verify(gateway, body, text);
      assertThat(verification.verdict()).isEqualTo(Verdict.VALID);
      assertThat(Objects.requireNonNull(verification.label()).provenance().agency())
          .isEqualTo("sandbox");
      assertThat(body.path("content_label").path("language").asString()).isEqualTo("ru");
      isRegistered(gateway, body.path("content_label"));
      UsageRecord record = gateway.ledger().records().getFirst();
      assertThat(record.charge().outputCharacters()).isEqualTo(RUSSIAN.length());
    }
  }

  @Test
  void prepended_itIsInTheLanguageOfTheQuestion() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("ok"), NoticePolicy.PREPEND)) {
      String stream = gateway.post(TestGateway.chat(RUSSIAN, "\"stream\":true")).body();
      assertThat(Sse.text(Sse.chunks(stream))).contains(NOTICE_RU).endsWith("\n\nok");
      JsonNode body = read(gateway.post(TestGateway.chat(KAZAKH, "")));
      assertThat(text(body, 0)).contains(NOTICE_KK).endsWith("\n\nok");
      assertThat(verify(gateway, body, text(body, 0)).verdict()).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void left_toTheClient_theRegistrySaysSo() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("иә"), NoticePolicy.CLIENT)) {
      JsonNode body = read(gateway.post(TestGateway.chat("a", "")));
      assertThat(text(body, 0)).isEqualTo("иә");
      assertThat(verify(gateway, body, "иә").verdict()).isEqualTo(Verdict.VALID);
      assertThat(gateway.ledger().labels().getFirst().notice()).isEqualTo("client");
    }
  }

  @Test
  void stopStringsAndLimits_ignoreTheNotice() throws Exception {
    try (TestGateway gateway = gateway(Script.saying(KAZAKH), NoticePolicy.APPEND)) {
      JsonNode body =
          read(
              gateway.post(
                  TestGateway.chat(
                      "a", "\"stop\":[\"интеллект\"],\"logprobs\":true,\"top_logprobs\":1")));
      JsonNode choice = body.path("choices").path(0);
      assertThat(choice.path("finish_reason").asString()).isEqualTo("stop");
      assertThat(text(body, 0)).startsWith(KAZAKH).contains(NOTICE_KK);
      assertThat(choice.path("logprobs").path("content").size()).isEqualTo(Script.length(KAZAKH));

      JsonNode cut = read(gateway.post(TestGateway.chat("a", "\"max_tokens\":4")));
      assertThat(cut.path("choices").path(0).path("finish_reason").asString()).isEqualTo("length");
      assertThat(cut.path("usage").path("completion_tokens").asInt()).isEqualTo(4);
      assertThat(text(cut, 0)).startsWith("Сә\n\n");
      assertThat(verify(gateway, cut, text(cut, 0)).verdict()).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void eachOfSeveralChoices_isHashed() throws Exception {
    try (TestGateway gateway = gateway(Script.saying(KAZAKH), NoticePolicy.APPEND)) {
      String stream = gateway.post(TestGateway.chat("a", "\"n\":3,\"stream\":true")).body();
      List<JsonNode> chunks = Sse.chunks(stream);
      assertThat(chunks.stream().filter(chunk -> chunk.has("content_label"))).hasSize(2);
      JsonNode label = chunks.getLast().path("content_label");
      assertThat(label.path("content").size()).isEqualTo(3);

      JsonNode body = read(gateway.post(TestGateway.chat("a", "\"n\":3")));
      for (int i = 0; i < 3; i++) {
        assertThat(verify(gateway, body, text(body, i)).verdict()).isEqualTo(Verdict.VALID);
      }
    }
  }

  @Test
  void completions_areLabelled_andEchoesHaveNoNotice() throws Exception {
    try (TestGateway gateway = gateway(Script.after("a", KAZAKH), NoticePolicy.APPEND)) {
      String plain = "{\"model\":\"kaz-mini\",\"prompt\":\"a\",\"max_tokens\":200";
      JsonNode body = read(gateway.post("/v1/completions", plain + "}"));
      String text = body.path("choices").path(0).path("text").asString();
      assertThat(text).startsWith(KAZAKH + "\n\n");
      assertThat(verify(gateway, body, text).verdict()).isEqualTo(Verdict.VALID);

      JsonNode echo = read(gateway.post("/v1/completions", plain + ",\"echo\":true}"));
      assertThat(echo.path("choices").path(0).path("text").asString()).isEqualTo("a" + KAZAKH);
      assertThat(verify(gateway, echo, "a" + KAZAKH).verdict()).isEqualTo(Verdict.VALID);
      assertThat(gateway.ledger().labels().getLast().notice()).isEqualTo("client");

      List<JsonNode> chunks =
          Sse.chunks(gateway.post("/v1/completions", plain + ",\"stream\":true}").body());
      assertThat(chunks.getFirst().path("content_label").has("jws")).isFalse();
      assertThat(chunks.getLast().path("content_label").has("jws")).isTrue();
      assertThat(chunks.stream().filter(chunk -> chunk.has("content_label"))).hasSize(2);
    }
  }

  @Test
  void aResponse_isLabelled_andItsConversationHasNoNotice() throws Exception {
    try (TestGateway gateway = gateway(Script.echoing(), NoticePolicy.APPEND)) {
      String first = "{\"model\":\"kaz-mini\",\"input\":\"" + KAZAKH + "\",\"stream\":true}";
      List<JsonNode> events = Sse.named(gateway.post("/v1/responses", first).body());
      JsonNode created = events.getFirst().path("response");
      assertThat(created.path("content_label").has("jws")).isFalse();
      JsonNode response = events.getLast().path("response");
      String text = response.at("/output/0/content/0/text").asString();
      assertThat(text).startsWith(KAZAKH + "\n\n").contains(NOTICE_KK);
      assertThat(verify(gateway, response, text).verdict()).isEqualTo(Verdict.VALID);
      String id = response.path("id").asString();
      JsonNode stored = read(gateway.get("/v1/responses/" + id));
      assertThat(stored.path("content_label")).isEqualTo(response.path("content_label"));

      JsonNode second =
          read(
              gateway.post(
                  "/v1/responses",
                  "{\"model\":\"kaz-mini\",\"input\":\"тағы\",\"previous_response_id\":\""
                      + id
                      + "\"}"));
      assertThat(second.at("/output/0/content/0/text").asString())
          .startsWith(KAZAKH + KAZAKH + "тағы\n\n");
      assertThat(second.path("content_label").path("previous"))
          .isEqualTo(response.path("content_label").path("id"));
    }
  }

  @Test
  void aResponseOverWebSocket_isLabelledAlike() throws Exception {
    try (TestGateway gateway = gateway(Script.echoing(), NoticePolicy.PREPEND);
        WsRaw client = WsRaw.open(gateway)) {
      assertThat(client.head().toLowerCase(Locale.ROOT)).contains("ai-disclosure: mode=");
      List<JsonNode> events = client.create(KAZAKH, "").until("response.completed");
      JsonNode created = events.getFirst().path("response").path("content_label");
      assertThat(created.has("jws")).isFalse();
      JsonNode response = events.getLast().path("response");
      assertThat(WsRaw.text(events)).contains(NOTICE_KK).endsWith("\n\n" + KAZAKH);
      assertThat(response.at("/output/0/content/0/text").asString()).isEqualTo(WsRaw.text(events));
      assertThat(verify(gateway, response, WsRaw.text(events)).verdict()).isEqualTo(Verdict.VALID);
      isRegistered(gateway, response.path("content_label"));
      assertThat(response.path("content_label").path("id")).isEqualTo(created.path("id"));

      String more = "\"store\":false,\"previous_response_id\":\"";
      List<JsonNode> next =
          client
              .create("тағы", more + response.path("id").asString() + "\"")
              .until("response.completed");
      assertThat(WsRaw.text(next)).endsWith("\n\n" + KAZAKH + KAZAKH + "тағы");
      assertThat(next.getLast().at("/response/content_label/previous"))
          .isEqualTo(created.path("id"));
    }
  }

  @Test
  void aCancelledResponse_isLabelledAsFarAsItCame() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), NoticePolicy.APPEND);
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(9);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      List<JsonNode> events = new ArrayList<>(client.create("a", "").until("response.created"));
      String id = events.getFirst().at("/response/id").asString();
      events.addAll(client.until("response.output_text.delta"));
      JsonNode cancelled = read(gateway.post("/v1/responses/" + id + "/cancel", ""));
      steps.release(10_000);
      events.addAll(client.until("response.incomplete"));
      JsonNode response = events.getLast().path("response");
      assertThat(response.path("status").asString()).isEqualTo("cancelled");
      assertThat(response.path("content_label")).isEqualTo(cancelled.path("content_label"));
      String text = WsRaw.text(events);
      assertThat(text).isNotEmpty().doesNotContain(NOTICE_KK);
      assertThat(verify(gateway, response, text).verdict()).isEqualTo(Verdict.VALID);
      isRegistered(gateway, response.path("content_label"));
    }
  }

  @Test
  void noticesThatAClientSendsBack_areNotPutToTheModel() throws Exception {
    try (TestGateway gateway = gateway(Script.echoing(), NoticePolicy.APPEND)) {
      String answer = text(read(gateway.post(TestGateway.chat("қалай", ""))), 0);
      String body =
          "{\"model\":\"kaz-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"},"
              + "{\"role\":\"assistant\",\"content\":"
              + JsonMapper.shared().writeValueAsString(answer)
              + "},{\"role\":\"user\",\"content\":\"c\"}]}";
      assertThat(text(read(gateway.post(body)), 0)).startsWith("aқалайc\n\n");
    }
  }

  @Test
  void whatNobodySees_isTakenOutAndCounted() throws Exception {
    try (TestGateway gateway = gateway(Script.echoing(), NoticePolicy.CLIENT)) {
      JsonNode body = read(gateway.post(TestGateway.chat("а\uFE01б\uFEFFв\uDB40\uDC41", "")));
      assertThat(text(body, 0)).isEqualTo("абв");
      assertThat(gateway.get("/metrics").body())
          .containsPattern("qaqpa_invisible_characters_total\\{[^}]*} 3");
      JsonNode plain =
          read(gateway.post("/tokenize", "{\"model\":\"kaz-mini\",\"prompt\":\"а\uFEFF\"}"));
      assertThat(plain.path("count").asInt()).isGreaterThan(1);
    }
  }

  @Test
  void noClientSwitchesTheWatermarkOff() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("иә"), NoticePolicy.CLIENT)) {
      for (String attempt :
          List.of(
              "\"watermarking\":false",
              "\"watermark\":false",
              "\"extra_body\":{\"watermarking\":false},\"watermark\":null")) {
        JsonNode body = read(gateway.post(TestGateway.chat("a", attempt + ",\"temperature\":1")));
        assertThat(body.at("/content_label/watermark/key_id").asString()).as(attempt).hasSize(8);
      }
      JsonNode greedy = read(gateway.post(TestGateway.chat("a", "\"temperature\":0")));
      assertThat(greedy.at("/content_label/watermark").isNull()).isTrue();
    }
    try (TestGateway gateway =
        TestGateway.labelled(
            Script.saying("иә"),
            Labellings.terms(NoticePolicy.APPEND, false),
            Labellings.fresh())) {
      JsonNode off = read(gateway.post(TestGateway.chat("a", "\"temperature\":1")));
      assertThat(off.at("/content_label/watermark").isNull()).isTrue();
    }
  }

  @Test
  void anErrorAfterText_carriesTheLabelOfWhatWasDelivered() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), NoticePolicy.APPEND)) {
      int[] steps = {0};
      gateway
          .engine()
          .beforeStep(_ -> {
            if (++steps[0] == 9) {
              throw new EngineFault.Transient("a step failed", null);
            }
          });
      List<JsonNode> events =
          Sse.events(gateway.post(TestGateway.chat("a", "\"stream\":true")).body());
      JsonNode last = events.getLast();
      assertThat(last.path("error").path("code").asString()).isEqualTo("engine_failed");
      String text = Sse.text(events);
      assertThat(text).isNotEmpty().doesNotContain(NOTICE_KK);
      assertThat(verify(gateway, last, text).verdict()).isEqualTo(Verdict.VALID);
      isRegistered(gateway, last.path("content_label"));

      steps[0] = 8;
      HttpResponse<String> whole = gateway.post(TestGateway.chat("a", ""));
      assertThat(whole.statusCode()).isEqualTo(503);
      assertThat(whole.body()).doesNotContain("content_label");
      assertThat(gateway.ledger().labels()).hasSize(1);
    }
  }

  @Test
  void aFailedResponse_carriesItToo() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), NoticePolicy.APPEND)) {
      int[] steps = {0};
      gateway
          .engine()
          .beforeStep(_ -> {
            if (++steps[0] == 9) {
              throw new EngineFault.Transient("a step failed", null);
            }
          });
      String body = "{\"model\":\"kaz-mini\",\"input\":\"a\",\"stream\":true}";
      JsonNode last = Sse.named(gateway.post("/v1/responses", body).body()).getLast();
      assertThat(last.path("type").asString()).isEqualTo("response.failed");
      String text = last.at("/response/output/0/content/0/text").asString();
      assertThat(verify(gateway, last.path("response"), text).verdict()).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void whatAClientLeft_isInTheRegistry() throws Exception {
    try (TestGateway gateway = gateway(Script.repeating("қазақ "), NoticePolicy.APPEND)) {
      Semaphore steps = new Semaphore(40);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        client.readUntil("\"қ\"");
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      steps.release(10_000);
      gateway.awaitNothingLeft();
      TestGateway.await(() -> gateway.ledger().records().size() == 1);
      IssuedLabel label = gateway.ledger().labels().getFirst();
      UsageRecord record = gateway.ledger().records().getFirst();
      assertThat(record.finish()).isEqualTo("abort");
      assertThat(record.labelId()).isEqualTo(label.id());
      assertThat(verdict(gateway, jws(label), List.of())).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void anAnswerOfNothing_isLabelledAllTheSame() throws Exception {
    try (TestGateway gateway = gateway(Script.saying(""), NoticePolicy.CLIENT)) {
      JsonNode body = read(gateway.post(TestGateway.chat("a", "")));
      assertThat(verify(gateway, body, "").verdict()).isEqualTo(Verdict.VALID);
    }
  }

  @Test
  void moreAnswersThanCanBeSigned_areRefusedBeforeTheyBegin() throws Exception {
    try (TestGateway gateway =
        TestGateway.labelled(Script.repeating("қазақ "), Terms.STANDARD, Labellings.ofSeats(1))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":3"));
        client.readUntil("\"role\"");
        HttpResponse<String> refused = gateway.post(TestGateway.chat("a", ""));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("answers to be signed: 1");
        steps.release(10_000);
        client.readUntil("[DONE]");
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.labelling().signer().taken()).isZero();
      assertThat(gateway.ledger().records()).hasSize(1);
    }
  }

  @Test
  void withoutASignature_thereIsNoAnswer() throws Exception {
    try (TestGateway gateway = gateway(Script.saying("иә"), NoticePolicy.APPEND)) {
      gateway.labelling().close();
      HttpResponse<String> whole = gateway.post(TestGateway.chat("a", ""));
      assertThat(whole.statusCode()).isEqualTo(503);
      List<JsonNode> events =
          Sse.events(gateway.post(TestGateway.chat("a", "\"stream\":true")).body());
      assertThat(events.getLast().path("error").path("code").asString()).isEqualTo("overloaded");
      assertThat(events.getLast().path("content_label").path("generated").asBoolean()).isTrue();
      // What was delivered is known all the same.
      assertThat(gateway.ledger().labels()).hasSize(2);
      assertThat(gateway.ledger().labels().getLast().signature()).isNull();
    }
  }

  @Test
  void headsAreSigned_whereThatIsWanted() throws Exception {
    try (TestGateway gateway =
        TestGateway.labelled(Script.saying("иә"), Terms.STANDARD, Labellings.with(true))) {
      for (HttpResponse<String> response :
          List.of(
              gateway.post(TestGateway.chat("a", "")),
              gateway.post(TestGateway.chat("a", "\"stream\":true")),
              gateway.post("/v1/responses", "{\"model\":\"kaz-mini\",\"input\":\"a\"}"))) {
        assertThat(HeadCheck.verifies(response, gateway.labelling().keys().ring().keys())).isTrue();
      }
      String id =
          read(gateway.post("/v1/responses", "{\"model\":\"kaz-mini\",\"input\":\"a\"}"))
              .path("id")
              .asString();
      assertThat(
              HeadCheck.verifies(
                  gateway.get("/v1/responses/" + id), gateway.labelling().keys().ring().keys()))
          .isTrue();
      gateway.awaitNothingLeft();
      assertThat(gateway.labelling().signer().taken()).isZero();
    }
  }

  private static TestGateway gateway(PseudoModel script, NoticePolicy policy) {
    return TestGateway.labelled(script, Labellings.terms(policy, true), Labellings.fresh());
  }

  /** What a verifier with the gateway's public keys says of a body's label and a text. */
  private static Verification verify(TestGateway gateway, JsonNode body, String text) {
    return verifier(gateway.labelling())
        .verify(
            body.path("content_label").toString(),
            List.of(new GivenText(null, text)),
            Instant.now());
  }

  private static Verdict verdict(TestGateway gateway, String label, List<GivenText> texts) {
    return verifier(gateway.labelling()).verify(label, texts, Instant.now()).verdict();
  }

  private static LabelVerifier verifier(Labelling labelling) {
    return new LabelVerifier(labelling.keys().ring().keys(), LabelSchemas.installed());
  }

  /** The registry has the same label, with the record of its answer. */
  private static void isRegistered(TestGateway gateway, JsonNode label) {
    IssuedLabel issued = gateway.ledger().labels().getLast();
    assertThat(issued.id()).isEqualTo(label.path("id").asString());
    assertThat(jws(issued)).isEqualTo(label.path("jws").asString());
    assertThat(gateway.ledger().records().getLast().labelId()).isEqualTo(issued.id());
  }

  private static String jws(IssuedLabel label) {
    String payload =
        java.util.Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(label.payload().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return Objects.requireNonNull(label.signature()).replace("..", "." + payload + ".");
  }

  private static String text(JsonNode body, int choice) {
    return body.path("choices").path(choice).path("message").path("content").asString();
  }

  private static JsonNode read(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(response.body());
  }
}
