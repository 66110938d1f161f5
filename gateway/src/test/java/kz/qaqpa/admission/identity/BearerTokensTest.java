package kz.qaqpa.admission.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import io.netty.pkitesting.CertificateBuilder;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fuzz.FuzzRun;
import kz.qaqpa.fuzz.Mutator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

/** Every rule of bearer tokens, mostly by what breaks it. */
class BearerTokensTest {
  private static final Mint MINT = new Mint("-1");
  private static final Mint STRANGER = new Mint("-1"); // Its keys have the same ids.
  private static final String START = "2026-11-15T09:00:00Z";

  private final FakeClock clock = new FakeClock(START);
  private final long now = clock.instant().getEpochSecond();
  private final Path keys;
  private Tokens tokens;

  BearerTokensTest(@TempDir Path place) throws Exception {
    this.keys = Files.writeString(place.resolve("keys.json"), MINT.keys());
    this.tokens = tokens(List.of());
  }

  @AfterEach
  void close() {
    tokens.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256", "EdDSA"})
  void goodTokensOfEachKind(String algorithm) {
    Proof.Token shown =
        new Proof.Token("govid", "ann", "web", clock.instant().plusSeconds(300 + 60));
    String token = MINT.good(algorithm, now);
    assertThat(check(token)).isEqualTo(shown);
    assertThat(check(token)).isEqualTo(shown); // Remembered.
    for (String type : List.of("jwt", "at+jwt", "application/at+jwt")) {
      String header = MINT.header(algorithm).replace("\"JWT\"", "\"" + type + "\"");
      assertThat(check(MINT.signed(header, Mint.claims(now), algorithm))).isEqualTo(shown);
    }
    String bare = "{\"alg\":\"" + algorithm + "\"}"; // One key of its kind: no id is needed.
    assertThat(check(MINT.signed(bare, Mint.claims(now), algorithm))).isEqualTo(shown);
    String many = Mint.claims(now).replace("\"qaqpa\"", "[\"other\",\"qaqpa\"]");
    assertThat(check(MINT.signed(bare, many, algorithm))).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"exp\":300 | \"exp\":-60 | expired (expected: a new one)",
        "\"exp\":300 | \"exp\":-59 | good",
        "\"exp\":300 | \"exq\":300 | exp is absent",
        "\"exp\":300 | \"exp\":\"300\" | malformed",
        "\"exp\":300 | \"exp\":null | exp is absent",
        "\"exp\":300 | \"exp\":300,\"nbf\":61 | not valid yet (expected: nbf in the past)",
        "\"exp\":300 | \"exp\":300,\"nbf\":59 | good",
        "\"iat\":0 | \"iat\":61 | iat is in the future (expected: 60 s at most)",
        "\"iat\":0 | \"iat\":60 | good",
        "\"iat\":0 | \"jti\":\"1\" | good",
        "\"iss\":\"ISS\" | \"iss\":\"https://evil.example\" | iss is absent or unknown",
        "\"iss\":\"ISS\" | \"iss\":\"ISS/\" | iss is absent or unknown",
        "\"iss\":\"ISS\" | \"isz\":\"ISS\" | iss is absent or unknown",
        "\"iss\":\"ISS\" | \"iss\":[\"ISS\"] | malformed",
        "\"iss\":\"ISS\" | \"iss\":\"ISS\",\"iss\":\"ISS\" | malformed",
        "\"aud\":\"qaqpa\" | \"aud\":\"Qaqpa\" | aud is absent or another (expected: this gateway's)",
        "\"aud\":\"qaqpa\" | \"aud\":[\"a\",\"b\"] | aud is absent or another",
        "\"aud\":\"qaqpa\" | \"aud\":[] | aud is absent or another",
        "\"aud\":\"qaqpa\" | \"auc\":\"qaqpa\" | aud is absent or another",
        "\"aud\":\"qaqpa\" | \"aud\":{\"qaqpa\":1} | malformed",
        "\"aud\":\"qaqpa\" | \"aud\":\"qaqpa\",\"aud\":\"x\" | malformed",
        "\"sub\":\"ann\",\"azp\":\"web\" | \"sub\":null,\"azp\":5 | neither subject nor client",
        "\"sub\":\"ann\",\"azp\":\"web\" | \"sub\":\"\" | neither subject nor client (expected: sub or azp)",
        "\"sub\":\"ann\" | \"sub\":[\"ann\"] | malformed",
        "} | `` | malformed",
        "} | }x | malformed",
        "{ | [{ | malformed",
        "\"aud\":\"qaqpa\" | \"aud\":null | aud is absent or another",
      })
  void claims(String from, String to, String found) {
    String written =
        Mint.claims(0).replace(from.replace("ISS", Mint.ISSUER), to.replace("ISS", Mint.ISSUER));
    assertThat(written).isNotEqualTo(Mint.claims(0));
    String claims = moved(written);
    String token = MINT.signed(MINT.header("EdDSA"), claims, "EdDSA");
    if (found.equals("good")) {
      assertThat(check(token)).isNotNull();
    } else {
      refused(token, found);
    }
  }

  /** Times that were written from 0 to times from now. */
  private String moved(String claims) {
    return Pattern.compile("\"(exp|nbf|iat)\":(-?\\d+)")
        .matcher(claims)
        .replaceAll(time -> "\"" + time.group(1) + "\":" + (now + Long.parseLong(time.group(2))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"alg\":\"none\"} | malformed",
        "{\"alg\":\"None\"} | signed in another way (expected: one of [RS256, ES256, EdDSA])",
        "{\"alg\":\"rs256\",\"kid\":\"rsa-1\"} | signed in another way",
        "{\"alg\":\"RS512\",\"kid\":\"rsa-1\"} | signed in another way",
        "{\"alg\":\"\"} | signed in another way",
        "{\"alg\":5} | malformed",
        "{} | malformed",
        "{\"alg\":\"RS256\",\"alg\":\"HS256\"} | malformed",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"kid\":\"rsa-1\"} | malformed",
        "{\"alg\":\"RS256\",\"kid\":5} | malformed",
        "{\"alg\":\"ES256\",\"kid\":\"rsa-1\"} | signed with an unknown key",
        "{\"alg\":\"EdDSA\",\"kid\":\"rsa-1\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"ec-1\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-2\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"../../../../dev/null\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"file:///etc/passwd\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1' OR '1'='1\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\\u0000\"} | signed with an unknown key",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"crit\":[\"exp\"]} | crit or b64 in its header",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"crit\":[]} | crit or b64 in its header",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"b64\":false,\"crit\":[\"b64\"]} | crit or b64",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"b64\":true} | crit or b64 in its header",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"typ\":\"logout+jwt\"} | of another type (expected: JWT",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"typ\":\"dpop+jwt\"} | of another type",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"cty\":\"JWT\"} | another token in it",
        "{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"enc\":\"A128GCM\"} | malformed",
      })
  void headers(String header, String found) {
    refused(MINT.signed(header, Mint.claims(now), "RS256"), found);
  }

  @Test
  void longKeyIdsAndTokensAreRefused() {
    String header = "{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(257) + "\"}";
    refused(MINT.signed(header, Mint.claims(now), "RS256"), "kid of 257 characters");
    String claims = Mint.claims(now).replace("}", ",\"x\":\"" + "x".repeat(8000) + "\"}");
    String token = MINT.signed(MINT.header("EdDSA"), claims, "EdDSA");
    refused(token, token.length() + " characters (expected: at most 8192)");
    refused("eyJ." + "a".repeat(1 << 20), "characters (expected: at most 8192)");
  }

  @Test
  void thePublicKeyIsNoSecret() throws Exception {
    RSAKey key = MINT.rsaKey();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key.toPublicKey().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    for (byte[] secret :
        List.of(
            pem.getBytes(StandardCharsets.US_ASCII),
            pem.strip().getBytes(StandardCharsets.US_ASCII),
            key.toPublicKey().getEncoded(),
            key.getModulus().decode(),
            MINT.edKey().getDecodedX())) {
      for (String algorithm : List.of("HS256", "RS256", "EdDSA")) {
        String header = MINT.header("RS256").replace("RS256", algorithm);
        assertThatThrownBy(() -> check(Mint.hmac(header, Mint.claims(now), secret)))
            .isInstanceOf(Refusal.Unauthorized.class);
      }
    }
  }

  @Test
  void signaturesOfOthers() {
    for (String algorithm : List.of("RS256", "ES256", "EdDSA")) {
      refused(
          STRANGER.good(algorithm, now), "wrong signature (expected: one that its issuer made)");
      String good = MINT.good(algorithm, now);
      String input = good.substring(0, good.lastIndexOf('.'));
      byte[] signature = Base64URL.from(good.substring(input.length() + 1)).decode();
      for (byte[] other :
          List.of(
              new byte[signature.length], // Zeros: CVE-2022-21449.
              new byte[1],
              Arrays.copyOf(signature, signature.length - 1),
              Arrays.copyOf(signature, signature.length + 1))) {
        refused(input + "." + Base64URL.encode(other), "wrong signature");
      }
      String[] parts = good.split("\\.", -1);
      String admin = Mint.encode(Mint.claims(now).replace("ann", "admin"));
      refused(parts[0] + "." + admin + "." + parts[2], "wrong signature");
    }
  }

  @Test
  void ed25519SignaturesHaveOneForm() {
    String good = MINT.good("EdDSA", now);
    String input = good.substring(0, good.lastIndexOf('.'));
    byte[] signature = Base64URL.from(good.substring(input.length() + 1)).decode();
    byte[] scalar = reversed(Arrays.copyOfRange(signature, 32, 64));
    BigInteger order =
        BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    byte[] shifted = new BigInteger(1, scalar).add(order).toByteArray();
    byte[] padded = new byte[32];
    System.arraycopy(shifted, 0, padded, 32 - shifted.length, shifted.length);
    System.arraycopy(reversed(padded), 0, signature, 32, 32);
    refused(input + "." + Base64URL.encode(signature), "wrong signature");
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }

  @Test
  void whatIsNoCompactTokenIsMalformed() {
    String good = MINT.good("EdDSA", now);
    String[] parts = good.split("\\.", -1);
    for (String bad :
        List.of(
            parts[0] + "." + parts[1],
            parts[0] + "." + parts[1] + ".",
            parts[0] + ".." + parts[2], // Detached.
            good + ".",
            good + ".AAAA.AAAA", // As an encrypted one.
            good + "=",
            good + " ",
            good.replace(".", ". "),
            good.substring(0, 9) + "!" + good.substring(9),
            "eyJ.eyJ.eyJ",
            parts[0] + "." + Mint.encode(good) + "." + parts[2])) {
      refused(bad, "malformed (expected: a signed JWT in compact form)");
    }
    refused(MINT.signed(MINT.header("EdDSA"), good, "EdDSA"), "malformed"); // A token in a token.
    refused(MINT.signed(MINT.header("EdDSA"), "[[\"exp\",1]]", "EdDSA"), "malformed");
    refused(MINT.signed(MINT.header("EdDSA"), "[".repeat(4000), "EdDSA"), "malformed");
    refused(MINT.signed(MINT.header("EdDSA"), "{\"a\":".repeat(1000), "EdDSA"), "malformed");
  }

  /** {@code jku}, {@code x5u}, {@code jwk} and {@code x5c} say where keys are to be found. */
  @Test
  void keysThatATokenBringsAlongAreNotLookedAt_andNothingIsFetched() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + listener.getLocalPort() + "/keys.json";
      String own = STRANGER.rsaKey().toJSONString();
      String certificate =
          Base64.getEncoder()
              .encodeToString(
                  new CertificateBuilder()
                      .subject("CN=evil")
                      .setIsCertificateAuthority(true)
                      .buildSelfSigned()
                      .getCertificate()
                      .getEncoded());
      for (String where :
          List.of(
              "\"jku\":\"" + url + "\"",
              "\"x5u\":\"" + url + "\"",
              "\"jwk\":" + own,
              "\"x5c\":[\"" + certificate + "\"]",
              "\"jku\":\"" + url + "\",\"x5u\":\"" + url + "\",\"jwk\":" + own)) {
        String header = "{\"alg\":\"RS256\",\"kid\":\"rsa-1\"," + where + "}";
        refused(STRANGER.signed(header, Mint.claims(now), "RS256"), "wrong signature");
        String unknown = header.replace("rsa-1", "rsa-9");
        refused(STRANGER.signed(unknown, Mint.claims(now), "RS256"), "signed with an unknown key");
        assertThat(check(MINT.signed(header, Mint.claims(now), "RS256"))).isNotNull();
      }
      listener.setSoTimeout(300);
      assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void keysForOtherPurposesOrTooWeakAreNotUsed() throws Exception {
    KeyPair weak = Mint.pair("RSA", 1024);
    KeyPair large = Mint.pair("EC", 384);
    RSAKey encrypting =
        new RSAKey.Builder(MINT.rsaKey()).keyUse(KeyUse.ENCRYPTION).keyID("enc").build();
    RSAKey other =
        new RSAKey.Builder(MINT.rsaKey()).algorithm(JWSAlgorithm.RS512).keyID("other").build();
    RSAKey small = new RSAKey.Builder((RSAPublicKey) weak.getPublic()).keyID("weak").build();
    ECKey p384 =
        new ECKey.Builder(Curve.P_384, (ECPublicKey) large.getPublic()).keyID("p384").build();
    String set = Mint.set(encrypting, other, small, p384, MINT.edKey());
    set = set.replace("\"keys\":[", "\"keys\":[{\"kty\":\"new\"},{\"kty\":\"RSA\"},5,");
    assertThatThrownBy(() ->
            KeySet.read(
                ("{\"keys\":[" + small.toJSONString() + "]}").getBytes(StandardCharsets.UTF_8)))
        .hasMessage("no key for RS256, ES256 or EdDSA");
    replaceKeys(set.replace("5,", ""));
    for (String kid : List.of("enc", "other", "weak", "p384")) {
      String algorithm = kid.equals("p384") ? "ES256" : "RS256";
      String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + "\"}";
      refused(MINT.signed(header, Mint.claims(now), algorithm), "signed with an unknown key");
    }
    assertThat(check(MINT.good("EdDSA", now))).isNotNull();
  }

  @Test
  void anIssuerMayAllowFewer() throws Exception {
    tokens.close();
    tokens = tokens(List.of(TokenAlgorithm.ES256));
    assertThat(check(MINT.good("ES256", now))).isNotNull();
    refused(MINT.good("RS256", now), "signed in another way (expected: one of [ES256])");
  }

  @Test
  void tokensThatWereGoodEndWithTheirTime_andWithTheirKey() throws Exception {
    String token = MINT.good("RS256", now);
    Proof.Token shown = check(token);
    assertThat(shown.expires()).isEqualTo(clock.instant().plusSeconds(360));
    replaceKeys(STRANGER.keys());
    refused(token, "wrong signature");
    replaceKeys(MINT.keys());
    assertThat(check(token)).isEqualTo(shown);
    clock.move(Duration.ofSeconds(361));
    replaceKeys(Mint.set(MINT.rsaKey())); // Forgets what it remembers.
    refused(token, "expired");
  }

  @Test
  void withoutAnIdAnIssuerHasFewKeys() throws Exception {
    RSAKey[] five = new RSAKey[5];
    for (int i = 0; i < five.length; i++) {
      five[i] = new RSAKey.Builder(MINT.rsaKey()).keyID("k" + i).build();
    }
    replaceKeys(Mint.set(five));
    refused(MINT.signed("{\"alg\":\"RS256\"}", Mint.claims(now), "RS256"), "no kid");
    replaceKeys(Mint.set(STRANGER.rsaKey(), five[0]));
    assertThat(check(MINT.signed("{\"alg\":\"RS256\"}", Mint.claims(now), "RS256"))).isNotNull();
  }

  @Test
  void badFilesOfKeysLeaveTheLastGoodOnes() throws Exception {
    String token = MINT.good("RS256", now);
    for (String bad :
        List.of("", "{", "[]", "{}", "{\"keys\":5}", "{\"keys\":[]}", "x".repeat(65 << 10))) {
      Files.writeString(keys, bad);
      TestGateway.await(() -> !tokens.issuers().troubles().isEmpty());
      assertThat(tokens.issuers().troubles()).containsExactly("issuer govid: its file is wrong");
      assertThat(check(token)).isNotNull();
      replaceKeys(MINT.keys());
    }
    Files.delete(keys);
    TestGateway.await(() -> !tokens.issuers().troubles().isEmpty());
    assertThat(check(token)).isNotNull();
  }

  @Test
  void aSignatureSpelledOtherwise_isRefused() {
    String token = MINT.good("EdDSA", now);
    String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = letters.indexOf(token.charAt(token.length() - 1));
    // 64 bytes leave four bits of the last letter without a meaning.
    String same = token.substring(0, token.length() - 1) + letters.charAt(last + 1);
    assertThat(check(token)).isNotNull();
    assertThatThrownBy(() -> check(same)).hasMessageStartingWith("Authorization: token: malformed");
  }

  @Test
  void whateverIsChangedInATokenItIsRefusedInWordsOfOurs() {
    List<String> corpus =
        List.of(
            MINT.good("RS256", now),
            MINT.good("ES256", now),
            MINT.good("EdDSA", now),
            STRANGER.good("EdDSA", now),
            MINT.signed(MINT.header("EdDSA"), "{}", "EdDSA"),
            "eyJhbGciOiJub25lIn0.e30.");
    List<String> dictionary =
        List.of(
            ".",
            "..",
            "=",
            "eyJ",
            "e30",
            "bnVsbA",
            "W10",
            Mint.encode("{\"alg\":\"HS256\"}"),
            Mint.encode("{\"alg\":null}"),
            Mint.encode("{\"alg\":\"RS256\",\"kid\":null,\"crit\":null}"),
            Mint.encode("{\"iss\":\"" + Mint.ISSUER + "\",\"exp\":1e999}"),
            Mint.encode("{\"iss\":\"" + Mint.ISSUER + "\",\"aud\":\"qaqpa\",\"exp\":9e18}"),
            "қ",
            "\u0000");
    FuzzRun.of(
        new Mutator(corpus, dictionary),
        (input, _) -> {
          String text = new String(input, StandardCharsets.UTF_8);
          if (!TokenReader.isToken(text) || corpus.subList(0, 3).contains(text)) {
            return;
          }
          assertThatThrownBy(() -> check(text))
              .isInstanceOf(Refusal.Unauthorized.class)
              .hasMessageStartingWith("Authorization: token: ")
              .message()
              .matches("[ -~]{1,160}");
        });
  }

  private void replaceKeys(String set) throws Exception {
    KeySet before = current();
    Files.writeString(keys, set);
    TestGateway.await(
        () -> current() != before && current().isOf(set.getBytes(StandardCharsets.UTF_8)));
    assertThat(tokens.issuers().troubles()).isEmpty();
  }

  private KeySet current() {
    Map<String, Issuer> byClaim = tokens.issuers().byClaim();
    return Objects.requireNonNull(byClaim.get(Mint.ISSUER)).keys().now();
  }

  private Tokens tokens(List<TokenAlgorithm> algorithms) {
    IssuerEntry entry =
        new IssuerEntry(
            "govid",
            Mint.ISSUER,
            Mint.AUDIENCE,
            null,
            keys,
            null,
            algorithms.isEmpty() ? null : algorithms,
            null,
            null,
            null);
    return new Tokens(new Issuers(new IdentityFile(List.of(entry))), clock);
  }

  private Proof.Token check(String token) {
    return Objects.requireNonNull(tokens.check(token, Schedulers.immediate()).block());
  }

  private void refused(String token, String found) {
    assertThatThrownBy(() -> check(token))
        .isInstanceOf(Refusal.Unauthorized.class)
        .hasMessageStartingWith("Authorization: token: ")
        .hasMessageContaining(found);
  }
}
