package kz.qaqpa.label.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWKSet;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class KeyRingTest {
  private static final Instant JAN = Instant.parse("2027-01-01T00:00:00Z");
  private static final Instant JUN = Instant.parse("2027-06-01T00:00:00Z");
  private static final Instant JUL = Instant.parse("2027-07-01T00:00:00Z");
  private static final Instant DEC = Instant.parse("2027-12-31T00:00:00Z");

  @Test
  void timesOverlap_andTheYoungestSigns() {
    SigningKey old = SampleKeys.ed25519(JAN, JUL);
    SigningKey young = SampleKeys.ed25519(JUN, DEC);
    KeyRing ring = new KeyRing(List.of(young, old), List.of());
    assertThat(ring.signing(JAN.minusSeconds(1))).isNull();
    assertThat(ring.signing(JAN)).isSameAs(old);
    assertThat(ring.signing(JUN.minusSeconds(1))).isSameAs(old);
    assertThat(ring.signing(JUN)).isSameAs(young);
    assertThat(ring.signing(JUL)).isSameAs(young);
    assertThat(ring.signing(DEC)).isNull();
    assertThat(ring.lastMoment(JAN)).isEqualTo(DEC);
    assertThat(ring.keys().find(old.half().id())).isEqualTo(old.half());
    assertThat(ring.keys().size()).isEqualTo(2);
  }

  @Test
  void aKeyWithoutTimesIsTheOldest_andHasNoEnd() {
    SigningKey always = SampleKeys.ed25519();
    SigningKey young = SampleKeys.ed25519(JAN, JUN);
    KeyRing ring = new KeyRing(List.of(always, young), List.of());
    assertThat(ring.signing(JAN)).isSameAs(young);
    assertThat(ring.signing(DEC)).isSameAs(always);
    assertThat(ring.lastMoment(JAN)).isNull();
  }

  @Test
  void noKeyTwice() {
    SigningKey key = SampleKeys.ed25519();
    assertThatThrownBy(() -> new KeyRing(List.of(key), List.of(key.half())))
        .hasMessage("key " + key.half().id() + ": twice (expected: once)");
  }

  @Test
  void halvesOfDifferentKeysAreRefused() {
    SigningKey one = SampleKeys.ed25519();
    SigningKey other = SampleKeys.ed25519();
    assertThatThrownBy(() -> new SigningKey(one.half(), other.key(), null))
        .hasMessage("private and public key of different keys (expected: both halves of one)");
    assertThat(one.toString()).isEqualTo(one.half().id());
  }

  @Test
  void theSetOfPublicKeys_thereAndBack() throws Exception {
    SigningKey ed = SampleKeys.ed25519(JAN, DEC);
    SigningKey ec = SampleKeys.p256();
    VerificationKey retired = SampleKeys.ed25519(null, JAN).half();
    byte[] json = new KeyRing(List.of(ed, ec), List.of(retired)).jwks();
    VerificationKeys read = VerificationKeys.ofJwks(json);
    assertThat(read.size()).isEqualTo(3);
    for (VerificationKey key : List.of(ed.half(), ec.half(), retired)) {
      VerificationKey again = Objects.requireNonNull(read.find(key.id()));
      assertThat(again.algorithm()).isEqualTo(key.algorithm());
      assertThat(again.notBefore()).isEqualTo(key.notBefore());
      assertThat(again.notAfter()).isEqualTo(key.notAfter());
      assertThat(again.key().getEncoded()).isEqualTo(key.key().getEncoded());
    }
    // Somebody else's reader, and no private key.
    JWKSet set = JWKSet.parse(new String(json, StandardCharsets.UTF_8));
    assertThat(set.getKeys()).hasSize(3).noneMatch(com.nimbusds.jose.jwk.JWK::isPrivate);
    assertThat(set.getKeys().getFirst().computeThumbprint().toString()).isEqualTo(ed.half().id());
    assertThat(new String(json, StandardCharsets.UTF_8)).doesNotContain("\"d\"");
  }

  /** The key of RFC 8037, appendix A, and its thumbprint there. */
  @Test
  void thumbprint() {
    String jwk =
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
            + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
    VerificationKeys keys =
        VerificationKeys.ofJwks(("{\"keys\":[" + jwk + "]}").getBytes(StandardCharsets.UTF_8));
    assertThat(keys.find("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")).isNotNull();
  }

  @Test
  void otherKeysOfASetArePassedOver() {
    String json =
        """
        {"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"oct","k":"AAAA"},{"kty":"XXX"},{},7,
         {"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
         {"kty":"OKP","crv":"Ed25519","x":"11qY","kid":"short"},
         {"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","kid":"off the curve"},
         {"kty":"OKP","crv":"Ed25519","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
        """;
    assertThat(VerificationKeys.ofJwks(json.getBytes(StandardCharsets.UTF_8)).size()).isZero();
  }

  @Test
  void whatIsNoSetIsRefused() {
    for (String json : List.of("", "[]", "{}", "{\"keys\":7}", "{\"keys\":[" + "[".repeat(100))) {
      assertThatThrownBy(() -> VerificationKeys.ofJwks(json.getBytes(StandardCharsets.UTF_8)))
          .hasMessageStartingWith("jwks: malformed (expected: a JWK set");
    }
    assertThatThrownBy(() -> VerificationKeys.ofJwks(new byte[(1 << 20) + 1]))
        .hasMessageStartingWith("jwks: malformed");
  }

  @Test
  void othersAreNoKeysForLabels() {
    PublicKey p384 = SampleKeys.pair("Ed448").getPublic();
    assertThatThrownBy(() -> KeyAlgorithm.of(p384))
        .hasMessageEndingWith("(expected: Ed25519, or EC on P-256)");
  }
}
