package kz.qaqpa.load.answer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.text.Normalizer;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Verifies labels as a citizen's program would: the signature by the gateway's published keys, the
 * hash by the text that came. On a thread of its own, so that users do not wait. Knows {@code
 * EdDSA} and {@code ES256}.
 */
public final class LabelCheck implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
  private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

  private final Supplier<JsonNode> jwks;
  private final Map<String, JsonNode> keys = new ConcurrentHashMap<>();
  private final LongAdder verified = new LongAdder();
  private final Map<String, LongAdder> wrong = new ConcurrentHashMap<>();
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("labels").factory());

  /**
   * Verifies by the keys of a gateway.
   *
   * @param jwks fetches them; asked again for a key that is not known
   */
  public LabelCheck(Supplier<JsonNode> jwks) {
    this.jwks = jwks;
  }

  /** Verifies a label in the background. */
  void verify(String jws, String text) {
    worker.execute(() -> {
      String problem = problem(jws, text);
      if (problem.isEmpty()) {
        verified.increment();
      } else {
        wrong.computeIfAbsent(problem, key -> new LongAdder()).increment();
      }
    });
  }

  /** What is wrong with a label; nothing if it holds. */
  String problem(String jws, String text) {
    try {
      String[] parts = jws.split("\\.", -1);
      if (parts.length != 3) {
        return "no compact JWS";
      }
      JsonNode key = key(json(parts[0]).path("kid").asText());
      if (key == null) {
        return "a key that is not published";
      }
      if (!isSigned(key, parts)) {
        return "a wrong signature";
      }
      JsonNode label = json(parts[1]);
      if (!label.path("generated").asBoolean()) {
        return "not generated";
      }
      return label.at("/content/0/sha256").asText().equals(hash(text)) ? "" : "another text";
    } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
      return "unreadable: " + e.getMessage();
    }
  }

  private JsonNode key(String id) {
    if (!keys.containsKey(id)) {
      jwks.get().path("keys").forEach(key -> keys.put(key.path("kid").asText(), key));
    }
    return keys.get(id);
  }

  private static boolean isSigned(JsonNode key, String[] parts) throws GeneralSecurityException {
    boolean edwards = key.path("kty").asText().equals("OKP");
    Signature signature =
        Signature.getInstance(edwards ? "Ed25519" : "SHA256withECDSAinP1363Format");
    signature.initVerify(edwards ? edwards(key) : p256(key));
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    return signature.verify(decode(parts[2]));
  }

  private static PublicKey edwards(JsonNode key) throws GeneralSecurityException {
    byte[] x = decode(key.path("x").asText());
    byte[] encoded = new byte[ED25519.length + x.length];
    System.arraycopy(ED25519, 0, encoded, 0, ED25519.length);
    System.arraycopy(x, 0, encoded, ED25519.length, x.length);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static PublicKey p256(JsonNode key) throws GeneralSecurityException {
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    ECPoint point =
        new ECPoint(
            new BigInteger(1, decode(key.path("x").asText())),
            new BigInteger(1, decode(key.path("y").asText())));
    return KeyFactory.getInstance("EC")
        .generatePublic(new ECPublicKeySpec(point, curve.getParameterSpec(ECParameterSpec.class)));
  }

  private static String hash(String text) throws GeneralSecurityException {
    byte[] utf8 = Normalizer.normalize(text, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(utf8));
  }

  private static JsonNode json(String part) throws IOException {
    return JSON.readTree(decode(part));
  }

  private static byte[] decode(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }

  /** Waits for all that were handed over. To be called once. */
  public void finish() throws InterruptedException {
    worker.shutdown();
    if (!worker.awaitTermination(1, TimeUnit.MINUTES)) {
      wrong.computeIfAbsent("not verified in time", key -> new LongAdder()).increment();
    }
  }

  /** How many hold. */
  public long verified() {
    return verified.sum();
  }

  /** What was wrong, and how often. */
  public Map<String, LongAdder> wrong() {
    return wrong;
  }

  @Override
  public void close() {
    worker.shutdownNow();
  }
}
