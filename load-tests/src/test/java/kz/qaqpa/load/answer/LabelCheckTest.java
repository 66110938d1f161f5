package kz.qaqpa.load.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class LabelCheckTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "Қазақстанның астанасы – Астана.";

  @Test
  void edwards() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    ObjectNode key = key("OKP").put("x", base64(Arrays.copyOfRange(encoded, 12, 44)));
    holdsForItsTextAlone(key, sign(pair, "Ed25519", payload(TEXT)));
  }

  @Test
  void p256() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    ECPublicKey point = (ECPublicKey) pair.getPublic();
    ObjectNode key =
        key("EC")
            .put("x", base64(point.getW().getAffineX().toByteArray()))
            .put("y", base64(point.getW().getAffineY().toByteArray()));
    holdsForItsTextAlone(key, sign(pair, "SHA256withECDSAinP1363Format", payload(TEXT)));
  }

  private static void holdsForItsTextAlone(ObjectNode key, String jws) throws Exception {
    try (LabelCheck check = new LabelCheck(() -> set(key))) {
      assertThat(check.problem(jws, TEXT)).isEmpty();
      assertThat(check.problem(jws, TEXT + " ")).isEqualTo("another text");
      String[] parts = jws.split("\\.");
      String other = base64(payload("Басқа мәтін"));
      assertThat(check.problem(parts[0] + "." + other + "." + parts[2], "Басқа мәтін"))
          .isEqualTo("a wrong signature");
      assertThat(check.problem("no label", TEXT)).isEqualTo("no compact JWS");
      assertThat(check.problem(base64("{\"kid\":\"k2\"}") + ".e30.AA", TEXT))
          .isEqualTo("a key that is not published");
      check.verify(jws, TEXT);
      check.verify(jws, "");
      check.finish();
      assertThat(check.verified()).isEqualTo(1);
      assertThat(check.wrong()).containsOnlyKeys("another text");
    }
  }

  private static ObjectNode set(ObjectNode key) {
    ObjectNode set = JSON.createObjectNode();
    set.putArray("keys").add(key);
    return set;
  }

  private static ObjectNode key(String type) {
    return JSON.createObjectNode().put("kid", "k1").put("kty", type);
  }

  private static String payload(String text) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    ObjectNode label = JSON.createObjectNode().put("generated", true);
    label.putArray("content").addObject().put("sha256", HexFormat.of().formatHex(hash));
    return label.toString();
  }

  private static String sign(KeyPair pair, String algorithm, String payload) throws Exception {
    String signed = base64("{\"kid\":\"k1\"}") + "." + base64(payload);
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(pair.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + base64(signature.sign());
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
