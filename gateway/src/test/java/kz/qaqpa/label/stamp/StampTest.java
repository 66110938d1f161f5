package kz.qaqpa.label.stamp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.label.sign.SigningFailure;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.label.verify.Verification;
import kz.qaqpa.language.Language;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An answer's label from its beginning to a verifier. */
class StampTest {
  private static final List<NoticePolicy> POLICIES = List.of(NoticePolicy.values());

  private final KeyRing ring = new KeyRing(List.of(SampleKeys.ed25519()), List.of());
  private final LabelSigner signer = LabelSamples.signer(ring, "v1");
  private final LabelStamper stamper =
      new LabelStamper(
          new ContentLabel.Model("kaz-mini", "sha256:00"),
          LabelSamples.notices(),
          Language.KK,
          signer,
          LabelSamples.WATERMARK,
          true);

  @AfterEach
  void everySeatIsGivenBack() {
    assertThat(signer.taken()).isZero();
    signer.close();
  }

  @Test
  void aStreamOfPieces() {
    Seeds.forRandom(
        TestSize.tries(100, 2_000),
        random -> {
          NoticePolicy policy = POLICIES.get(random.nextInt(3));
          int choices = 1 + random.nextInt(3);
          StringBuilder[] delivered = new StringBuilder[choices];
          try (Stamp stamp = stamper.begin(beginning(policy, choices))) {
            for (int i = 0; i < choices; i++) {
              delivered[i] = new StringBuilder(stamp.begin(i));
            }
            for (int n = random.nextInt(20); n > 0; n--) {
              int choice = random.nextInt(choices);
              String piece = piece(random);
              stamp.text(choice, piece);
              delivered[choice].append(piece);
            }
            for (int i = 0; i < choices; i++) {
              delivered[i].append(stamp.end(i, Language.RU));
            }
            verify(sign(stamp), delivered);
          }
        });
  }

  private void verify(SignedLabel signed, StringBuilder[] delivered) {
    LabelVerifier verifier = new LabelVerifier(ring.keys(), LabelSchemas.installed());
    String json = new String(signed.json(), StandardCharsets.UTF_8);
    for (int i = 0; i < delivered.length; i++) {
      Verification found =
          verifier.verify(
              json, List.of(new GivenText(i, delivered[i].toString())), LabelSamples.NOW);
      assertThat(found.isValid()).isTrue();
      assertThat(found.label()).isEqualTo(signed.label());
    }
  }

  @Test
  void theFirstEvent_knowsNoText_andIsTheSameLabel() {
    try (Stamp stamp = stamper.begin(beginning(NoticePolicy.APPEND, 1))) {
      JsonNode opening = JsonMapper.shared().readTree(stamp.opening());
      assertThat(opening.get("id").stringValue()).isEqualTo(stamp.id());
      assertThat(opening.has("content") || opening.has("jws") || opening.has("language")).isFalse();
      assertThat(opening.get("development").booleanValue()).isTrue();
      assertThat(stamp.hasDelivered()).isFalse();
      stamp.text(0, "Аста");
      assertThat(stamp.hasDelivered()).isTrue();
      SignedLabel signed = sign(stamp);
      assertThat(signed.label().id()).isEqualTo(stamp.id());
      assertThat(signed.label().content())
          .containsExactly(new ContentLabel.Content(0, TextHash.of("Аста")));
      assertThat(signed.label().previous()).isEqualTo("01ARYZ6S41TSV4RRFFQ69G5FAV");
    }
  }

  @Test
  void aNoticeAlone_whereTheModelSaidNothing() {
    try (Stamp stamp = stamper.begin(beginning(NoticePolicy.APPEND, 1))) {
      assertThat(stamp.begin(0)).isEmpty();
      assertThat(stamp.end(0, Language.KK)).startsWith("Бұл жауап");
      assertThat(stamp.hasDelivered()).isTrue();
    }
  }

  @Test
  void whereThereIsNoSeat_thereIsNoAnswer() {
    try (LabelSigner small =
        new LabelSigner(
            ring,
            LabelSamples.schema("v1"),
            1,
            1,
            Duration.ofSeconds(5),
            java.time.InstantSource.fixed(LabelSamples.NOW))) {
      LabelStamper busy =
          new LabelStamper(
              new ContentLabel.Model("m", "d"),
              LabelSamples.notices(),
              Language.KK,
              small,
              LabelSamples.WATERMARK,
              false);
      Stamp only = busy.begin(beginning(NoticePolicy.CLIENT, 1));
      assertThatThrownBy(() -> busy.begin(beginning(NoticePolicy.CLIENT, 1)))
          .isInstanceOf(SigningFailure.class);
      only.close();
      busy.begin(beginning(NoticePolicy.CLIENT, 1)).close();
    }
  }

  private static SignedLabel sign(Stamp stamp) {
    return Objects.requireNonNull(
        stamp.sign(stamp.complete(Language.KK)).block(Duration.ofSeconds(20)));
  }

  private static LabelStamper.Beginning beginning(NoticePolicy policy, int choices) {
    return new LabelStamper.Beginning(
        LabelSamples.provenance(),
        policy,
        choices,
        Language.KK,
        LabelSamples.NOW,
        false,
        "01ARYZ6S41TSV4RRFFQ69G5FAV");
  }

  private static String piece(RandomGenerator random) {
    List<String> pieces = List.of("Қаз", "и", "\u0306", " ", "😀", "\n", "e", "\u0301", "", "сөз");
    return pieces.get(random.nextInt(pieces.size()));
  }
}
