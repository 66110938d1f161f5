package kz.qaqpa.label.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.label.verify.Finding.Outcome;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whatever is done to a label or to its text gets a verdict of its own. */
class TamperTest {
  private static final Instant NOW = LabelSamples.NOW;
  private static final String ANSWER = LabelSamples.TEXT;

  private final SigningKey key = SampleKeys.ed25519();
  private final LabelVerifier verifier =
      new LabelVerifier(SampleKeys.halves(key), LabelSchemas.installed());
  private final ContentLabel label = labelOf(ANSWER);
  private final String notice = label.notice().text().kk();
  private final String text = ANSWER + "\n\n" + notice;
  private final SignedLabel signed = LabelSamples.sign(key, label);
  private final String json = json(signed);

  /** A label of an answer with its notice after it. */
  private static ContentLabel labelOf(String answer) {
    return LabelSamples.label(answer + "\n\n" + LabelSamples.label().notice().text().kk());
  }

  @Test
  void untouched() {
    Verification found = verify(json, text);
    assertThat(found)
        .isEqualTo(
            new Verification(
                Verdict.VALID,
                "",
                label,
                false,
                null,
                List.of(),
                List.of(Finding.same(0, List.of()))));
    assertThat(found.isValid()).isTrue();
    assertThat(verify(signed.jws(), text)).isEqualTo(found);
    // A client that writes JSON in its own way breaks nothing.
    ObjectNode pretty = (ObjectNode) JsonMapper.shared().readTree(json);
    assertThat(verify(pretty.toPrettyString(), text)).isEqualTo(found);
    assertThat(verifier.verify(json, List.of(), NOW).verdict()).isEqualTo(Verdict.VALID);
  }

  @Test
  void oneLetterChanged() {
    Verification found = verify(json, text.replace("жеке", "жеки"));
    assertThat(found.verdict()).isEqualTo(Verdict.ALTERED);
    assertThat(found.findings()).containsExactly(Finding.altered(0, List.of(), false));
    assertThat(found.label()).isEqualTo(label); // It is known who answers for what was changed.
  }

  @Test
  void anyEditIsNoticed() {
    Seeds.forRandom(
        TestSize.tries(300, 10_000),
        random -> {
          StringBuilder edited = new StringBuilder(text);
          int at = random.nextInt(edited.length());
          switch (random.nextInt(3)) {
            case 0 -> edited.setCharAt(at, edited.charAt(at) == 'ғ' ? 'ң' : 'ғ');
            case 1 -> edited.insert(at, 'ғ');
            default -> edited.deleteCharAt(at);
          }
          Verification found = verify(json, edited.toString());
          boolean outer =
              edited.toString().strip().equals(text.strip()); // Space at either end is tolerated.
          assertThat(found.isValid()).isEqualTo(outer);
        });
  }

  @Test
  void lookalikes_areAltered_andTheirPlaceIsSaid() {
    // Latin i for the Cyrillic і of «өтініш», the 30th code point.
    int at = text.indexOf('і');
    String swapped = text.substring(0, at) + 'i' + text.substring(at + 1);
    Verification found = verify(json, swapped);
    assertThat(found.verdict()).isEqualTo(Verdict.ALTERED);
    assertThat(found.findings())
        .containsExactly(
            Finding.altered(
                0, List.of(new ScriptMixing.Place(at, "U+0069 LATIN SMALL LETTER I")), true));
    // With another change beside, more than letters was changed.
    assertThat(verify(json, swapped.replace("жеке", "жеки")).findings())
        .containsExactly(
            Finding.altered(
                0, List.of(new ScriptMixing.Place(at, "U+0069 LATIN SMALL LETTER I")), false));
  }

  @Test
  void theNoticeCutOff() {
    for (String left : List.of(ANSWER, ANSWER + "\n", " " + ANSWER, ANSWER + "\r\n\r\n")) {
      Verification found = verify(json, left);
      assertThat(found.verdict()).isEqualTo(Verdict.VALID);
      assertThat(found.findings().getFirst().tolerances()).contains(Tolerance.NOTICE_CUT_OFF);
    }
    String before = label.notice().text().ru() + "\n\n" + ANSWER;
    String prepended =
        json(LabelSamples.sign(key, LabelSamples.label(NoticePolicy.PREPEND, before)));
    assertThat(verify(prepended, ANSWER).findings())
        .containsExactly(Finding.same(0, List.of(Tolerance.NOTICE_CUT_OFF)));
    // Where the client shows it, there is nothing to cut off.
    String client = json(LabelSamples.sign(key, LabelSamples.label(NoticePolicy.CLIENT, text)));
    assertThat(verify(client, ANSWER).verdict()).isEqualTo(Verdict.ALTERED);
  }

  @Test
  void whatProgramsDoToTexts() {
    Map<String, List<Tolerance>> texts =
        Map.of(
            text.replace("\n", "\r\n"),
            List.of(Tolerance.LINE_ENDS),
            text.replace("\n", "\r"),
            List.of(Tolerance.LINE_ENDS),
            text + "\n",
            List.of(Tolerance.OUTER_SPACE),
            " \n" + text + " ",
            List.of(Tolerance.OUTER_SPACE),
            text.replace("\n", "\r\n") + "\r\n",
            List.of(Tolerance.LINE_ENDS, Tolerance.OUTER_SPACE),
            Normalizer.normalize(text, Normalizer.Form.NFD),
            List.of(Tolerance.NORMAL_FORM));
    texts.forEach((given, tolerances) -> {
      Verification found = verify(json, given);
      assertThat(found.isValid()).isTrue();
      assertThat(found.findings()).containsExactly(Finding.same(0, tolerances));
    });
    // Space that the model said, and a program took off.
    for (String said : List.of(" " + ANSWER, "\n" + ANSWER, ANSWER + "\n\n", ANSWER + " ")) {
      String its = json(LabelSamples.sign(key, LabelSamples.label(NoticePolicy.CLIENT, said)));
      assertThat(verify(its, ANSWER).findings())
          .containsExactly(Finding.same(0, List.of(Tolerance.OUTER_SPACE)));
    }
  }

  @Test
  void theLabelOfAnotherAnswer() {
    SignedLabel other = LabelSamples.sign(key, labelOf("Басқа жауап."));
    Registry registry = new Registry().with(signed).with(other);
    Verification found = judge(json(other), text, registry);
    assertThat(found.verdict()).isEqualTo(Verdict.WRONG_LABEL);
    assertThat(found.findings()).containsExactly(Finding.otherAnswer(0, label.id()));
    assertThat(found.registered()).isTrue();
    // Without a registry nobody can tell whose the text is.
    assertThat(verify(json(other), text).verdict()).isEqualTo(Verdict.ALTERED);
  }

  @Test
  void anotherChoiceOfTheSameAnswer() {
    String two = json(LabelSamples.sign(key, LabelSamples.label("бір", "екі")));
    Verification found =
        verifier.verify(two, List.of(new GivenText(0, "екі"), new GivenText(1, "екі")), NOW);
    assertThat(found.verdict()).isEqualTo(Verdict.ALTERED);
    assertThat(found.findings())
        .containsExactly(Finding.otherChoice(0), Finding.same(1, List.of()));
    assertThat(verify(two, "екі").findings()).containsExactly(Finding.same(1, List.of()));
    assertThat(verify(two, "үш").findings())
        .containsExactly(Finding.altered(null, List.of(), false));
    assertThat(verifier.verify(two, List.of(new GivenText(7, "бір")), NOW).findings().getFirst())
        .extracting(Finding::outcome)
        .isEqualTo(Outcome.OTHER_CHOICE);
  }

  @Test
  void readableMembersEdited_countForNothing() {
    ObjectNode edited = (ObjectNode) JsonMapper.shared().readTree(json);
    edited.put("risk", "minimal").put("extra", 1);
    ((ObjectNode) edited.get("owner")).put("en", "Somebody else");
    edited.remove("app");
    Verification found = verify(edited.toString(), text);
    assertThat(found.verdict()).isEqualTo(Verdict.VALID);
    assertThat(found.edited()).containsExactly("app", "extra", "owner", "risk");
    assertThat(Objects.requireNonNull(found.label()).provenance()).isEqualTo(label.provenance());
  }

  @Test
  void expiredKey() {
    SigningKey retired = SampleKeys.ed25519(null, NOW.plusSeconds(60));
    LabelVerifier known = new LabelVerifier(SampleKeys.halves(retired), LabelSchemas.installed());
    SignedLabel inTime = LabelSamples.sign(retired, label);
    List<GivenText> texts = List.of(new GivenText(0, text));
    assertThat(known.verify(json(inTime), texts, NOW).keyOver()).isFalse();
    Verification later = known.verify(json(inTime), texts, NOW.plusSeconds(3600));
    assertThat(later.verdict()).isEqualTo(Verdict.VALID);
    assertThat(later.keyOver()).isTrue();
    // The same key after its time, as whoever stole it would use it.
    SigningKey stolen =
        new SigningKey(
            new kz.qaqpa.label.key.VerificationKey(
                retired.half().id(), retired.half().algorithm(), retired.half().key(), null, null),
            retired.key(),
            null);
    ContentLabel late = at(NOW.plusSeconds(61));
    Verification outside = known.verify(json(LabelSamples.sign(stolen, late)), texts, NOW);
    assertThat(outside.verdict()).isEqualTo(Verdict.EXPIRED_KEY);
    assertThat(outside.why()).contains("2026-12-01T09:01:01Z");
    assertThat(outside.isValid()).isFalse();
  }

  private ContentLabel at(Instant time) {
    return new ContentLabel(
        label.id(),
        label.provenance(),
        label.model(),
        time,
        label.language(),
        label.content(),
        label.watermark(),
        label.notice(),
        null,
        false);
  }

  @Test
  void replayedId() {
    SignedLabel again = LabelSamples.sign(key, at(NOW.plusSeconds(1)));
    Registry registry = new Registry().with(signed);
    assertThat(judge(json(again), text, registry).verdict()).isEqualTo(Verdict.REPLAYED_ID);
    assertThat(judge(json, text, registry).verdict()).isEqualTo(Verdict.VALID);
    assertThat(judge(json, text, new Registry()).registered()).isFalse();
  }

  @Test
  void unknownKey() {
    SignedLabel foreign = LabelSamples.sign(SampleKeys.ed25519(), label);
    Verification found = verify(json(foreign), text);
    assertThat(found.verdict()).isEqualTo(Verdict.UNKNOWN_KEY);
    assertThat(found.label()).isNull();
  }

  @Test
  void hostileSignatures() {
    String payload = part(1);
    String signature = part(2);
    String id = key.half().id();
    Map<String, Verdict> headers =
        Map.of(
            "{\"alg\":\"none\",\"kid\":\"" + id + "\"}",
            Verdict.NOT_A_LABEL,
            "{\"alg\":\"HS256\",\"kid\":\"" + id + "\"}",
            Verdict.BAD_SIGNATURE,
            "{\"alg\":\"ES256\",\"kid\":\"" + id + "\"}",
            Verdict.BAD_SIGNATURE,
            "{\"alg\":\"EdDSA\"}",
            Verdict.NOT_A_LABEL,
            "{\"alg\":\"EdDSA\",\"kid\":\"" + id + "\",\"crit\":[\"exp\"],\"exp\":1}",
            Verdict.NOT_A_LABEL,
            "{\"alg\":\"EdDSA\",\"kid\":\"" + id + "\",\"b64\":false,\"crit\":[\"b64\"]}",
            Verdict.NOT_A_LABEL,
            "{\"alg\":\"EdDSA\",\"kid\":\"" + id + "\",\"typ\":\"JWT\"}",
            Verdict.BAD_SIGNATURE);
    headers.forEach((header, verdict) ->
        assertThat(verify(encode(header) + "." + payload + "." + signature, text).verdict())
            .as(header)
            .isEqualTo(verdict));
    assertThat(verify(encode("{\"alg\":\"none\"}") + "." + payload + ".", text).verdict())
        .isEqualTo(Verdict.NOT_A_LABEL);
  }

  /** A key that comes with the signature, or an address of one, is not looked at. */
  @Test
  void keysInTheHeaderAreIgnored() {
    SigningKey own = SampleKeys.ed25519();
    byte[] encoded = own.half().key().getEncoded();
    String raw =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                java.util.Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
    for (String extra :
        List.of(
            "\"jwk\":{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + raw + "\"}",
            "\"jku\":\"https://evil.example/jwks.json\"",
            "\"x5u\":\"https://evil.example/x\"")) {
      String header =
          "{\"alg\":\"EdDSA\",\"typ\":\"content-label-v1+jws\",\"kid\":\""
              + key.half().id()
              + "\","
              + extra
              + "}";
      String base = encode(header) + "." + part(1);
      byte[] signature = own.sign(base.getBytes(StandardCharsets.US_ASCII));
      assertThat(verify(base + "." + encode(signature), text).verdict())
          .isEqualTo(Verdict.BAD_SIGNATURE);
    }
  }

  /** The key signs other things, too: heads of responses, or what is no label. */
  @Test
  void signaturesOfOtherThings() {
    for (String typ : List.of("JWT", "content-label-v2+jws")) {
      assertThat(signedBy(typ, new String(signedPayload(), StandardCharsets.UTF_8)).verdict())
          .isEqualTo(Verdict.NOT_A_LABEL);
    }
    for (String payload : List.of("", "[]", "{}", "{\"v\":1}", "{\"v\":1,\"v\":1}", "\u0000")) {
      assertThat(signedBy("content-label-v1+jws", payload).verdict())
          .isEqualTo(Verdict.NOT_A_LABEL);
    }
    ObjectNode first = (ObjectNode) JsonMapper.shared().readTree(signedPayload());
    first.remove("content");
    Verification opening = signedBy("content-label-v1+jws", first.toString());
    assertThat(opening.verdict()).isEqualTo(Verdict.NOT_A_LABEL);
    assertThat(opening.why()).startsWith("content: absent");
  }

  private String part(int i) {
    return List.of(signed.jws().split("\\.", -1)).get(i);
  }

  private byte[] signedPayload() {
    return Base64.getUrlDecoder().decode(part(1));
  }

  private Verification signedBy(String typ, String payload) {
    String header =
        "{\"alg\":\"EdDSA\",\"typ\":\"" + typ + "\",\"kid\":\"" + key.half().id() + "\"}";
    String base = encode(header) + "." + encode(payload);
    return verify(base + "." + encode(key.sign(base.getBytes(StandardCharsets.US_ASCII))), text);
  }

  @Test
  void whatIsNoLabel() {
    ObjectNode unsigned = (ObjectNode) JsonMapper.shared().readTree(json);
    unsigned.remove("jws");
    for (String bad :
        List.of(
            "",
            "x",
            "{",
            "[]",
            "null",
            "{\"jws\":7}",
            "{\"jws\":\"\"}",
            "a.b.c",
            "..",
            "....",
            unsigned.toString(),
            "{\"jws\":" + "[".repeat(50_000),
            "{".repeat(60_000),
            "x".repeat(70_000),
            "e".repeat(60_000) + "..",
            "{\"a\":1,\"a\":1,\"jws\":\"x\"}")) {
      assertThat(verify(bad, text).verdict()).isEqualTo(Verdict.NOT_A_LABEL);
    }
    for (int end = 0; end < signed.jws().length(); end += 7) {
      assertThat(verify(signed.jws().substring(0, end), text).isValid()).isFalse();
    }
  }

  @Test
  void mutatedSignaturesNeverPass() {
    Seeds.forRandom(
        TestSize.tries(1_000, 50_000),
        random -> {
          String mutant = mutate(signed.jws(), random);
          Reading reading = verifier.read(mutant);
          if (reading instanceof Reading.Genuine genuine) {
            // Unused bits of Base64 may differ; nothing that was signed does.
            assertThat(genuine.label()).isEqualTo(label);
          }
        });
  }

  private static String mutate(String jws, RandomGenerator random) {
    StringBuilder mutant = new StringBuilder(jws);
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int at = random.nextInt(mutant.length());
      switch (random.nextInt(4)) {
        case 0 -> mutant.setCharAt(at, (char) random.nextInt(0x20, 0x7f));
        case 1 -> mutant.insert(at, (char) random.nextInt(0x400, 0x500));
        case 2 -> mutant.deleteCharAt(at);
        default -> mutant.setLength(at + 1);
      }
    }
    return mutant.toString();
  }

  @Test
  void hugeTexts() {
    String huge = "Құжат ".repeat(100_000) + "и" + "\u0306".repeat(100_000);
    assertThat(verify(json, huge).verdict()).isEqualTo(Verdict.ALTERED);
    String its = json(LabelSamples.sign(key, LabelSamples.label(huge)));
    assertThat(verify(its, huge).isValid()).isTrue();
  }

  @Test
  void hashesForARegistry() {
    assertThat(LabelVerifier.hashes("а")).containsExactly(TextHash.of("а"));
    assertThat(LabelVerifier.hashes("а\r\n"))
        .containsExactly(TextHash.of("а\r\n"), TextHash.of("а\n"), TextHash.of("а"));
  }

  private Verification verify(String given, String of) {
    return verifier.verify(given, List.of(new GivenText(null, of)), NOW);
  }

  private Verification judge(String given, String of, KnownLabels known) {
    return verifier.judge(verifier.read(given), List.of(new GivenText(null, of)), known, NOW);
  }

  private static String json(SignedLabel label) {
    return new String(label.json(), StandardCharsets.UTF_8);
  }

  private static String encode(String text) {
    return encode(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What was issued. */
  private static final class Registry implements KnownLabels {
    private final Map<String, SignedLabel> issued = new java.util.HashMap<>();

    Registry with(SignedLabel label) {
      issued.put(label.label().id(), label);
      return this;
    }

    @Override
    public @Nullable String payloadSha256(String id) {
      SignedLabel label = issued.get(id);
      return label == null ? null : label.payloadSha256();
    }

    @Override
    public @Nullable String labelOf(String contentSha256) {
      return issued.values().stream()
          .map(SignedLabel::label)
          .filter(label ->
              Objects.requireNonNull(label.content()).stream()
                  .anyMatch(choice -> choice.sha256().equals(contentSha256)))
          .map(ContentLabel::id)
          .findFirst()
          .orElse(null);
    }
  }
}
