package kz.qaqpa.label.sign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class LabelSignerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  /** By Nimbus, which shares no code with us but the JSON of keys. */
  @Test
  void signaturesAreVerifiedBySomebodyElse() throws Exception {
    for (SigningKey key : List.of(SampleKeys.ed25519(), SampleKeys.p256())) {
      SignedLabel signed = LabelSamples.sign(key, LabelSamples.label(LabelSamples.TEXT));
      String jwks = new String(new KeyRing(List.of(key), List.of()).jwks(), StandardCharsets.UTF_8);
      JWSObject jws = JWSObject.parse(signed.jws());
      JWK half = JWKSet.parse(jwks).getKeyByKeyId(jws.getHeader().getKeyID());
      JWSVerifier verifier =
          switch (key.half().algorithm()) {
            case ED25519 -> new Ed25519Verifier(half.toOctetKeyPair());
            case ES256 -> new ECDSAVerifier(half.toECKey());
          };
      assertThat(jws.verify(verifier)).isTrue();
      assertThat(jws.getHeader().getType().getType()).isEqualTo("content-label-v1+jws");
      assertThat(jws.getPayload().toString())
          .isEqualTo(
              JsonMapper.shared()
                  .writeValueAsString(LabelSamples.schema("v1").write(signed.label())));
    }
  }

  @Test
  void theReadableMembersAreTheSignedOnes() {
    SignedLabel signed =
        LabelSamples.sign(SampleKeys.ed25519(), LabelSamples.label("а", "б"), "v1-aigc");
    ObjectNode json = (ObjectNode) JsonMapper.shared().readTree(signed.json());
    assertThat(json.remove("jws").stringValue()).isEqualTo(signed.jws());
    assertThat(json).isEqualTo(LabelSamples.schema("v1-aigc").write(signed.label()));
    byte[] payload = JsonMapper.shared().writeValueAsBytes(json);
    assertThat(signed.payloadSha256()).isEqualTo(TextHash.hex(payload));
  }

  @Test
  void whoHasASeatIsNeverTurnedAway_andWhoGetsNoneIsRefusedAtTheBeginning() {
    KeyRing ring = new KeyRing(List.of(SampleKeys.ed25519()), List.of());
    try (LabelSigner signer =
        new LabelSigner(
            ring, LabelSamples.schema("v1"), 1, 3, SOON, InstantSource.fixed(LabelSamples.NOW))) {
      List<LabelSigner.Seat> seats = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        seats.add(signer.seat());
      }
      assertThatThrownBy(signer::seat)
          .isInstanceOf(SigningFailure.class)
          .hasMessage("answers to be signed: 3 (expected: fewer at once)")
          .extracting(e -> ((SigningFailure) e).reason())
          .isEqualTo(SigningFailure.Reason.BUSY);
      List<Mono<SignedLabel>> labels =
          seats.stream().map(seat -> seat.sign(LabelSamples.label("а")).cache()).toList();
      labels.forEach(Mono::subscribe);
      labels.forEach(label -> assertThat(label.block(SOON)).isNotNull());
      assertThat(signer.taken()).isEqualTo(3);
      seats.forEach(LabelSigner.Seat::close);
      seats.forEach(LabelSigner.Seat::close);
      assertThat(signer.taken()).isZero();
      signer.seat().close();
    }
  }

  @Test
  void noKeyOfThisTime_noAnswer() {
    Instant past = LabelSamples.NOW.minusSeconds(1);
    KeyRing ring = new KeyRing(List.of(SampleKeys.ed25519(null, past)), List.of());
    try (LabelSigner signer = LabelSamples.signer(ring, "v1")) {
      assertThatThrownBy(signer::seat)
          .hasMessage("labels: no key to sign with (expected: one of this time)");
      assertThat(signer.taken()).isZero();
    }
  }

  /** An answer that was begun before its key retired is signed by it, though it ends later. */
  @Test
  void theKeyIsThatOfTheAnswersBeginning() throws Exception {
    Instant change = LabelSamples.NOW.plusSeconds(60);
    SigningKey old = SampleKeys.ed25519(null, change);
    SigningKey young = SampleKeys.ed25519(change, null);
    try (LabelSigner signer =
            new LabelSigner(
                new KeyRing(List.of(old, young), List.of()),
                LabelSamples.schema("v1"),
                1,
                1,
                SOON,
                InstantSource.fixed(change.plusSeconds(60)));
        LabelSigner.Seat seat = signer.seat()) {
      SignedLabel signed = Objects.requireNonNull(seat.sign(LabelSamples.label("а")).block(SOON));
      assertThat(JWSObject.parse(signed.jws()).getHeader().getKeyID()).isEqualTo(old.half().id());
    }
  }

  /** A token that hangs: its thread is lost, those who wait are told in time. */
  @Test
  void aTokenThatHangs() throws Exception {
    SlowProvider slow = SlowProvider.ready();
    SigningKey key = slow.key();
    try (LabelSigner signer =
            new LabelSigner(
                new KeyRing(List.of(key), List.of()),
                LabelSamples.schema("v1"),
                1,
                4,
                Duration.ofMillis(200),
                InstantSource.fixed(LabelSamples.NOW));
        LabelSigner.Seat first = signer.seat();
        LabelSigner.Seat second = signer.seat()) {
      slow.hang();
      for (LabelSigner.Seat seat : List.of(first, second)) {
        StepVerifier.create(seat.sign(LabelSamples.label("а")))
            .expectErrorSatisfies(e ->
                assertThat(((SigningFailure) e).reason()).isEqualTo(SigningFailure.Reason.TIMEOUT))
            .verify(SOON);
      }
      assertThat(signer.waiting()).isZero(); // Who has left does not wait.
      slow.goOn();
      assertThat(second.sign(LabelSamples.label("б")).retry(100).block(SOON)).isNotNull();
    }
  }

  @Test
  void aTokenThatFails() {
    SlowProvider broken = SlowProvider.ready();
    SigningKey key = broken.key();
    try (LabelSigner signer = LabelSamples.signer(new KeyRing(List.of(key), List.of()), "v1");
        LabelSigner.Seat seat = signer.seat()) {
      broken.fail();
      StepVerifier.create(seat.sign(LabelSamples.label("а")))
          .expectErrorSatisfies(e -> {
            assertThat(((SigningFailure) e).reason()).isEqualTo(SigningFailure.Reason.TOKEN);
            assertThat(((SigningFailure) e).text()).startsWith("labels: the key cannot be used");
          })
          .verify(SOON);
    }
  }

  @Test
  void aStoppedSignerSaysSo() {
    LabelSigner signer =
        LabelSamples.signer(new KeyRing(List.of(SampleKeys.ed25519()), List.of()), "v1");
    LabelSigner.Seat seat = signer.seat();
    signer.close();
    StepVerifier.create(seat.sign(LabelSamples.label("а")))
        .expectErrorSatisfies(
            e -> assertThat(((SigningFailure) e).reason()).isEqualTo(SigningFailure.Reason.STOPPED))
        .verify(SOON);
    seat.close();
  }

  @Test
  void anUnsignedLabel() {
    ContentLabel label = LabelSamples.label();
    String json =
        new String(LabelJson.unsigned(LabelSamples.schema("v1"), label), StandardCharsets.UTF_8);
    assertThat(json).startsWith("{\"v\":1,\"id\":\"" + label.id()).doesNotContain("jws");
  }

  /** Signs like the JDK, when it is let. */
  private static final class SlowProvider extends Provider {
    private static final long serialVersionUID = 1L;

    private static volatile CountDownLatch gate = new CountDownLatch(0);
    private static volatile boolean broken;

    private SlowProvider() {
      super("Slow", "1", "a token");
      put("Signature.Ed25519", SlowSignature.class.getName());
    }

    static SlowProvider ready() {
      gate = new CountDownLatch(0);
      broken = false;
      return new SlowProvider();
    }

    SigningKey key() {
      SigningKey plain = SampleKeys.ed25519();
      return new SigningKey(plain.half(), plain.key(), this);
    }

    void hang() {
      gate = new CountDownLatch(1);
    }

    void goOn() {
      gate.countDown();
    }

    void fail() {
      broken = true;
    }
  }

  /** Of the provider above. */
  public static final class SlowSignature extends java.security.SignatureSpi {
    private final java.security.Signature jdk;

    /** As providers are asked to. */
    public SlowSignature() throws java.security.GeneralSecurityException {
      jdk = java.security.Signature.getInstance("Ed25519");
    }

    @Override
    protected void engineInitSign(java.security.PrivateKey key)
        throws java.security.InvalidKeyException {
      jdk.initSign(key);
    }

    @Override
    protected void engineInitVerify(java.security.PublicKey key)
        throws java.security.InvalidKeyException {
      jdk.initVerify(key);
    }

    @Override
    protected void engineUpdate(byte b) throws java.security.SignatureException {
      jdk.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int from, int length)
        throws java.security.SignatureException {
      jdk.update(bytes, from, length);
    }

    @Override
    protected byte[] engineSign() throws java.security.SignatureException {
      try {
        if (!SlowProvider.gate.await(60, TimeUnit.SECONDS) || SlowProvider.broken) {
          throw new java.security.SignatureException("gone");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.security.SignatureException(e);
      }
      return jdk.sign();
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws java.security.SignatureException {
      return jdk.verify(signature);
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
      throw new UnsupportedOperationException();
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
      throw new UnsupportedOperationException();
    }
  }
}
