package kz.qaqpa.label.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.LabelSettings;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Keys that never leave their token: SoftHSM, with keys that keytool has made in it. */
@Tag("softhsm")
class TokenTest {
  private static SoftHsm token;

  @TempDir private Path state;

  @BeforeAll
  static void makeKeys() throws Exception {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    token = new SoftHsm(Files.createTempDirectory(target, "softhsm"));
    token.makeKey("labels-2027", "-keyalg", "EC", "-groupname", "secp256r1");
    token.makeKey(
        "too-strong", "-keyalg", "EC", "-groupname", "secp384r1", "-sigalg", "SHA384withECDSA");
  }

  @Test
  void labelsAreSignedInTheToken_withEs256() throws Exception {
    LabelKeys keys = load("labels-2027", token.settings());
    assertThat(Objects.requireNonNull(keys.ring().signing(LabelSamples.NOW)).key().getEncoded())
        .isNull(); // It has not left.
    LabelVerifier verifier =
        new LabelVerifier(VerificationKeys.ofJwks(keys.ring().jwks()), LabelSchemas.installed());
    try (LabelSigner signer =
        new LabelSigner(
            keys.ring(),
            LabelSamples.schema("v1"),
            4,
            64,
            Duration.ofSeconds(30),
            java.time.InstantSource.fixed(LabelSamples.NOW))) {
      List<SignedLabel> labels =
          Flux.fromStream(IntStream.range(0, 64).boxed())
              .flatMap(i ->
                  reactor.core.publisher.Mono.using(
                      signer::seat, seat -> seat.sign(LabelSamples.label("сөз " + i))))
              .collectList()
              .blockOptional(Duration.ofSeconds(60))
              .orElseThrow();
      assertThat(labels).hasSize(64);
      String jwks = new String(keys.ring().jwks(), StandardCharsets.UTF_8);
      for (SignedLabel label : labels) {
        JWSObject jws = JWSObject.parse(label.jws());
        assertThat(jws.getHeader().getAlgorithm().getName()).isEqualTo("ES256");
        assertThat(
                jws.verify(
                    new ECDSAVerifier(
                        JWKSet.parse(jwks).getKeyByKeyId(jws.getHeader().getKeyID()).toECKey())))
            .isTrue();
        assertThat(verifier.verify(label.jws(), List.<GivenText>of(), LabelSamples.NOW).isValid())
            .isTrue();
      }
    }
  }

  @Test
  void whatIsWrongIsNamed() throws Exception {
    LabelSettings.Pkcs11 settings = token.settings();
    assertThatThrownBy(() -> load("nobody", settings))
        .hasMessage(
            "labels.keys[0]: nobody: no key with a certificate (expected: a key in the token)");
    assertThatThrownBy(() -> load("too-strong", settings))
        .hasMessageStartingWith("labels.keys[0]: too-strong: a key of EC");
    LabelSettings.Pkcs11 elsewhere =
        new LabelSettings.Pkcs11("/nowhere/lib.so", 0, settings.pinFile());
    assertThatThrownBy(() -> load("labels-2027", elsewhere))
        .hasMessageStartingWith("labels.pkcs11: /nowhere/lib.so, slot 0: cannot be opened: ")
        .hasMessageEndingWith("that the PIN of labels.pkcs11.pinFile opens)");
    LabelSettings.Pkcs11 noSlot =
        new LabelSettings.Pkcs11(settings.library(), 99, settings.pinFile());
    assertThatThrownBy(() -> load("labels-2027", noSlot)).hasMessageContaining(", slot 99: cannot");
  }

  private LabelKeys load(String alias, LabelSettings.Pkcs11 pkcs11) {
    LabelSettings plain = SampleKeys.settings(List.of());
    LabelSettings settings =
        new LabelSettings(
            plain.schema(),
            plain.signThreads(),
            plain.answers(),
            plain.signTimeout(),
            plain.httpSignatures(),
            plain.defaultLanguage(),
            List.of(new LabelSettings.Key(null, alias, null, null)),
            "",
            "",
            pkcs11,
            plain.retention(),
            plain.verificationsPerMinute());
    return LabelKeys.load(settings, state, "127.0.0.1", true, LabelSamples.NOW);
  }
}
