package kz.qaqpa.http.labels;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.http.LabelServer;
import kz.qaqpa.http.api.LabelText;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What strangers are told of labels and texts. */
class VerifyRouteTest {
  private static final String PATH = "/v1/labels/verify";
  private static final String NOTICE = LabelSamples.label().notice().text().kk();
  private static final String TEXT = LabelSamples.TEXT + "\n\n" + NOTICE;
  private static final String OTHER = "Басқа жауап.\n\n" + NOTICE;

  private static LabelServer server;
  private static SignedLabel signed;

  @BeforeAll
  static void start() {
    server = new LabelServer(1_000_000);
    signed = LabelServer.sign(LabelSamples.label(TEXT, "Екінші нұсқа."));
  }

  @BeforeEach
  void issue() {
    server.labels().clear();
    server.labels().away(false);
    server.issue(signed, true);
  }

  @AfterAll
  static void stop() {
    server.close();
    LeakRecorder.assertNone();
  }

  private static JsonNode verify(ObjectNode body) throws Exception {
    HttpResponse<String> answer = server.post(PATH, null, body.toString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    return LabelServer.json(answer);
  }

  private static ObjectNode text(String text) {
    return JsonMapper.shared().createObjectNode().put("text", text);
  }

  private static ObjectNode labelled(String text) {
    ObjectNode body = text(text);
    body.set("label", JsonMapper.shared().readTree(signed.json()));
    return body;
  }

  private static String verdict(ObjectNode body) throws Exception {
    return verify(body).path("verdict").asString();
  }

  @Test
  void anAnswerWithItsLabelIsValid_andItIsSaidWhoAnswers() throws Exception {
    for (ObjectNode body :
        List.of(
            labelled(TEXT),
            text(TEXT).put("label", signed.jws()),
            text(TEXT).put("id", signed.label().id()),
            labelled(TEXT).put("index", 0))) {
      JsonNode found = verify(body);
      assertThat(found.path("object").asString()).isEqualTo("label.verification");
      assertThat(found.path("verdict").asString()).isEqualTo("valid");
      assertThat(found.path("why").isNull()).isTrue();
      assertThat(found.path("id").asString()).isEqualTo(signed.label().id());
      assertThat(found.path("owner").path("kk").asString()).isEqualTo("Қаржы министрлігі");
      assertThat(found.path("holder").path("en").asString()).isEqualTo("Ministry of Finance");
      assertThat(found.path("agency").asString()).isEqualTo("minfin");
      assertThat(found.path("app").asString()).isEqualTo("tax-chat");
      assertThat(found.path("model").asString()).isEqualTo("kaz-mini");
      assertThat(found.path("produced_at").asString()).isEqualTo("2026-12-01T09:00:00Z");
      assertThat(found.path("registered").asBoolean()).isTrue();
      assertThat(found.path("text").toString())
          .isEqualTo(
              "{\"index\":0,\"outcome\":\"same\",\"tolerances\":[],\"mixing\":[],"
                  + "\"lookalikes_only\":false,\"other_label\":null}");
    }
  }

  @Test
  void whatProgramsDoToTextsIsOverlooked_andSaid() throws Exception {
    String nfd = Normalizer.normalize(TEXT, Normalizer.Form.NFD);
    assertThat(tolerances(nfd)).isEqualTo("[\"normal_form\"]");
    assertThat(tolerances(TEXT.replace("\n", "\r\n"))).isEqualTo("[\"line_ends\"]");
    assertThat(tolerances(TEXT + "  ")).isEqualTo("[\"outer_space\"]");
    assertThat(tolerances(LabelSamples.TEXT)).isEqualTo("[\"notice_cut_off\"]");
  }

  private static String tolerances(String text) throws Exception {
    JsonNode found = verify(text(text).put("id", signed.label().id()));
    assertThat(found.path("verdict").asString()).isEqualTo("valid");
    return found.path("text").path("tolerances").toString();
  }

  @Test
  void whateverWasDoneGetsItsOwnVerdict() throws Exception {
    assertThat(verdict(labelled(TEXT.replace("жеке", "жеки")))).isEqualTo("altered");
    JsonNode lookalike = verify(labelled(TEXT.replaceFirst("і", "i")));
    assertThat(lookalike.path("verdict").asString()).isEqualTo("altered");
    assertThat(lookalike.path("text").path("lookalikes_only").asBoolean()).isTrue();
    assertThat(lookalike.path("text").path("mixing").path(0).path("letter").asString())
        .isEqualTo("U+0069 LATIN SMALL LETTER I");
    JsonNode choice = verify(labelled("Екінші нұсқа.").put("index", 0));
    assertThat(choice.path("verdict").asString()).isEqualTo("altered");
    assertThat(choice.path("text").path("outcome").asString()).isEqualTo("other_choice");

    SignedLabel other = LabelServer.sign(LabelSamples.label(OTHER));
    server.issue(other, true);
    JsonNode wrong = verify(labelled(OTHER));
    assertThat(wrong.path("verdict").asString()).isEqualTo("wrong_label");
    assertThat(wrong.path("text").path("other_label").asString()).isEqualTo(other.label().id());

    ObjectNode edited = labelled(TEXT);
    ((ObjectNode) edited.get("label")).put("agency", "kgd");
    JsonNode readable = verify(edited);
    assertThat(readable.path("verdict").asString()).isEqualTo("valid");
    assertThat(readable.path("edited").toString()).isEqualTo("[\"agency\"]");
    assertThat(readable.path("agency").asString()).isEqualTo("minfin");

    String jws = signed.jws();
    String flipped = jws.substring(0, jws.length() - 4) + (jws.endsWith("AAAA") ? "BBBB" : "AAAA");
    assertThat(verdict(text(TEXT).put("label", flipped))).isEqualTo("bad_signature");
    SignedLabel stranger = LabelSamples.sign(SampleKeys.ed25519(), LabelSamples.label(TEXT));
    JsonNode unknown = verify(text(TEXT).put("label", stranger.jws()));
    assertThat(unknown.path("verdict").asString()).isEqualTo("unknown_key");
    assertThat(unknown.path("owner").isNull()).isTrue();
    assertThat(verdict(text(TEXT).put("label", "nothing"))).isEqualTo("not_a_label");
    assertThat(verdict(text(TEXT).put("id", "01HZZZZZZZZZZZZZZZZZZZZZZZ"))).isEqualTo("unknown");
  }

  @Test
  void anIdThatWasIssuedForAnotherLabelIsReplayed() throws Exception {
    SignedLabel again =
        LabelServer.sign(
            new ContentLabel(
                signed.label().id(),
                signed.label().provenance(),
                signed.label().model(),
                signed.label().producedAt(),
                signed.label().language(),
                List.of(new ContentLabel.Content(0, TextHash.of(OTHER))),
                null,
                signed.label().notice(),
                null,
                false));
    assertThat(verdict(text(OTHER).put("label", again.jws()))).isEqualTo("replayed_id");
    server.labels().clear();
    JsonNode unknown = verify(text(OTHER).put("label", again.jws()));
    assertThat(unknown.path("verdict").asString()).isEqualTo("valid");
    assertThat(unknown.path("registered").asBoolean()).isFalse(); // It never was issued.
  }

  @Test
  void aLabelThatCouldNotBeSignedIsTheRegistrysWord() throws Exception {
    server.labels().clear();
    server.issue(signed, false);
    JsonNode found = verify(text(TEXT).put("id", signed.label().id()));
    assertThat(found.path("verdict").asString()).isEqualTo("valid");
    assertThat(found.path("why").asString())
        .isEqualTo("not signed: the registry alone vouches for it");
    assertThat(verdict(text("x").put("id", signed.label().id()))).isEqualTo("altered");
  }

  @Test
  void whileTheRegistryIsAwaySignaturesAreVerified_andIdsAreNot() throws Exception {
    server.labels().away(true);
    JsonNode found = verify(labelled(TEXT));
    assertThat(found.path("verdict").asString()).isEqualTo("valid");
    assertThat(found.path("registered").isNull()).isTrue();
    HttpResponse<String> answer =
        server.post(PATH, null, text(TEXT).put("id", signed.label().id()).toString());
    assertThat(LabelServer.error(answer))
        .isEqualTo(
            "503 overloaded labels: the registry cannot be read now (expected: the database back)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {}                              | 400 | label: absent (expected: either label or id)
          {"text":"a"}                    | 400 | label: absent (expected: either label or id)
          {"text":"a","label":"x","id":"y"} | 400 | label: beside id (expected: either label or id)
          {"text":"a","id":"y"}           | 400 | id: "y" (expected: the id of a label, a ULID)
          {"text":"a","id":7}             | 400 | id: 7 (expected: a string)
          {"label":"x"}                   | 400 | text: absent (expected: a string)
          {"label":"x","text":null}       | 400 | text: absent (expected: a string)
          {"label":"x","text":["secret"]} | 400 | text: array of 1 (expected: a string)
          {"label":[],"text":"a"}         | 400 | label: array of 0 (expected: an object, or a compact JWS)
          {"label":7,"text":"a"}          | 400 | label: number (expected: an object, or a compact JWS)
          {"label":"x","text":"a","index":-1} | 400 | index: -1 (expected: the number of a choice, from 0)
          {"label":"x","text":"a","index":"0"} | 400 | index: "0" (expected: the number of a choice, from 0)
          {"label":"x","text":"a","txet":1} | 400 | "txet": unknown (expected: nothing but id, index, label, text)
          {"label":"x","text":"\\ud800"}  | 400 | text: unpaired surrogate at 0 (expected: well-formed text)
          {"label":"x","label":"y"}       | 400 | body: a name twice in one object at line 1, column 21 (expected: each name once)
          []                              | 400 | body: array of 0 (expected: a JSON object)
          {"text":                        | 400 | body: malformed JSON at line 1, column 9 (expected: a JSON object)
          """)
  void whatIsWrongIsNamed(String body, int status, String message) throws Exception {
    HttpResponse<String> answer = server.post(PATH, null, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(LabelServer.json(answer).path("error").path("message").asString())
        .isEqualTo(message);
  }

  @Test
  void otherTypesEncodingsAndMethodsAreRefused() throws Exception {
    for (String[] header :
        List.of(
            new String[] {"Content-Type", "text/plain"},
            new String[] {"Content-Encoding", "gzip"})) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  server
                      .request(PATH, null)
                      .headers(header)
                      .POST(BodyPublishers.ofString("{}"))
                      .build(),
                  BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(415);
    }
    assertThat(server.get(PATH, null).statusCode()).isEqualTo(405);
    HttpResponse<String> latin =
        HttpClient.newHttpClient()
            .send(
                server
                    .request(PATH, null)
                    .POST(
                        BodyPublishers.ofByteArray(
                            "{\"text\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)))
                    .build(),
                BodyHandlers.ofString());
    assertThat(LabelServer.error(latin))
        .isEqualTo("400 invalid_body body: invalid UTF-8 at byte 9 (expected: UTF-8)");
  }

  @Test
  void theLongestTextIsVerified_aLongerOneIsNot() throws Exception {
    String longest = "ү".repeat(LabelText.MOST_BYTES / 2);
    assertThat(verdict(labelled(longest))).isEqualTo("altered");
    // However it is escaped.
    String escaped =
        "{\"text\":\"" + "\\u04af".repeat(LabelText.MOST_BYTES / 2) + "\",\"label\":\"x\"}";
    assertThat(server.post(PATH, null, escaped).statusCode()).isEqualTo(200);
    HttpResponse<String> longer = server.post(PATH, null, labelled(longest + "a").toString());
    assertThat(LabelServer.error(longer))
        .isEqualTo("413 request_too_large text: 262145 bytes of UTF-8 (expected: at most 262144)");
    HttpResponse<String> tooLong =
        server.post(PATH, null, labelled("a".repeat(LabelText.MOST_BODY_BYTES)).toString());
    assertThat(tooLong.statusCode()).isEqualTo(413);
  }

  @Test
  void aBodyThatIsCutOffHoldsNobody() throws Exception {
    try (RawClient client = new RawClient(server.address())) {
      client.send(
          "POST "
              + PATH
              + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: 1000\r\n\r\n{\"text\":\"");
    }
    assertThat(verdict(labelled(TEXT))).isEqualTo("valid");
  }

  @Test
  void anyBytesGetAnAnswer() {
    Seeds.forRandom(
        TestSize.tries(60, 5_000),
        random -> {
          String body = mutated(labelled(TEXT).toString(), random);
          int status = server.post(PATH, null, body).statusCode();
          assertThat(status).isIn(200, 400);
        });
  }

  private static String mutated(String json, RandomGenerator random) {
    StringBuilder body = new StringBuilder(json);
    for (int i = 0; i <= random.nextInt(3); i++) {
      int at = random.nextInt(body.length());
      switch (random.nextInt(3)) {
        case 0 -> body.setCharAt(at, (char) (1 + random.nextInt(0x4FF)));
        case 1 -> body.delete(at, Math.min(body.length(), at + random.nextInt(50)));
        default -> body.insert(at, body.substring(at, Math.min(body.length(), at + 9)));
      }
    }
    return body.toString();
  }

  @Test
  void manyAtOnceAreDoneOrTurnedAway() throws Exception {
    String body = labelled("ү".repeat(LabelText.MOST_BYTES / 2)).toString();
    List<Integer> statuses = new ArrayList<>();
    IntStream.range(0, 120)
        .mapToObj(
            _ -> CompletableFuture.supplyAsync(() -> status(body), Thread::startVirtualThread))
        .toList()
        .forEach(answer -> statuses.add(answer.join()));
    assertThat(statuses).isSubsetOf(200, 503).contains(200);
    assertThat(verdict(labelled(TEXT))).isEqualTo("valid");
  }

  private static int status(String body) {
    try {
      return server.post(PATH, null, body).statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void oneAddressIsLimited_whateverItSends() throws Exception {
    try (LabelServer few = new LabelServer(3)) {
      few.issue(signed, true);
      few.post(PATH, null, "{");
      few.post(PATH, null, labelled(TEXT).toString());
      few.get("/v1/labels/" + signed.label().id(), null);
      HttpResponse<String> answer = few.post(PATH, null, labelled(TEXT).toString());
      assertThat(LabelServer.error(answer))
          .isEqualTo(
              "429 rate_limit_exceeded labels: too many from this address (expected: at most 3 a"
                  + " minute)");
      assertThat(answer.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 20L);
      assertThat(few.get("/v1/labels/" + signed.label().id(), null).statusCode()).isEqualTo(429);
      assertThat(few.get("/.well-known/jwks.json", null).statusCode()).isEqualTo(200);
    }
  }
}
