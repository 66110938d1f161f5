package kz.qaqpa.label.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.sign.LabelSigner;
import org.junit.jupiter.api.Test;

/** The signature base, line by line, as RFC 9421 has it; Node checks the rest. */
class HeadSignerTest {
  private static final String DISCLOSURE =
      "mode=machine-generated, model=\"kaz-mini\", provider=\"minfin\", date=@1790000000";

  @Test
  void aWholeBody() {
    SigningKey key = SampleKeys.ed25519();
    byte[] body = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);
    Map<String, List<String>> fields =
        Map.of(
            "content-type", List.of("application/json"),
            "content-digest", List.of(ContentDigest.of(body)),
            "ai-disclosure", List.of("  " + DISCLOSURE + " "),
            "x-request-id", List.of("req-1", "a\r\n  b"),
            "server", List.of("not signed"));
    SignedHead head = sign(key, fields);
    String parameters =
        "(\"@status\" \"content-type\" \"content-digest\" \"ai-disclosure\" \"x-request-id\")"
            + ";created=1796115600;keyid=\""
            + key.half().id()
            + "\";alg=\"ed25519\"";
    assertThat(head.input()).isEqualTo("qaqpa=" + parameters);
    String base =
        "\"@status\": 200\n\"content-type\": application/json\n\"content-digest\": "
            + ContentDigest.of(body)
            + "\n\"ai-disclosure\": "
            + DISCLOSURE
            + "\n\"x-request-id\": req-1, a b\n\"@signature-params\": "
            + parameters;
    verifies(key, base, head);
  }

  @Test
  void aStream_andTheOtherAlgorithm() {
    SigningKey key = SampleKeys.p256();
    SignedHead head = sign(key, Map.of("content-type", List.of("text/event-stream")));
    String parameters =
        "(\"@status\" \"content-type\");created=1796115600;keyid=\""
            + key.half().id()
            + "\";alg=\"ecdsa-p256-sha256\"";
    verifies(
        key,
        "\"@status\": 200\n\"content-type\": text/event-stream\n\"@signature-params\": "
            + parameters,
        head);
  }

  /** The example of RFC 9530, appendix B.1. */
  @Test
  void contentDigest() {
    assertThat(ContentDigest.of("{\"hello\": \"world\"}\n".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
  }

  private static SignedHead sign(SigningKey key, Map<String, List<String>> fields) {
    try (LabelSigner signer = LabelSamples.signer(new KeyRing(List.of(key), List.of()), "v1");
        LabelSigner.Seat seat = signer.seat()) {
      return Objects.requireNonNull(
          new HeadSigner(InstantSource.fixed(LabelSamples.NOW))
              .sign(seat, 200, name -> fields.getOrDefault(name, List.of()))
              .block(Duration.ofSeconds(20)));
    }
  }

  private static void verifies(SigningKey key, String base, SignedHead head) {
    assertThat(head.signature()).matches("qaqpa=:[A-Za-z0-9+/]{86}==:");
    byte[] signature =
        Base64.getDecoder()
            .decode(head.signature().substring("qaqpa=:".length(), head.signature().length() - 1));
    assertThat(key.half().verifies(base.getBytes(StandardCharsets.ISO_8859_1), signature)).isTrue();
  }
}
