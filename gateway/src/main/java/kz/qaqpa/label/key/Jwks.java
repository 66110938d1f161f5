package kz.qaqpa.label.key;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** JWK sets (RFC 7517, RFC 8037) to keys and back. Functions only. */
final class Jwks {
  private static final int LARGEST = 1 << 20;
  private static final int MOST_KEYS = 1000;
  private static final int RAW_LENGTH = 32;
  private static final long LATEST = 253_402_300_799L; // The year 9999.

  /** What stands before the 32 bytes of an Ed25519 key in its X.509 form (RFC 8410). */
  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(16).build())
                  .build())
          .build();

  private Jwks() {}

  /** The id of a key: RFC 7638. */
  static String thumbprint(PublicKey key) {
    try {
      return jwk(key).computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static JWK jwk(PublicKey key) {
    return switch (KeyAlgorithm.of(key)) {
      case ED25519 -> {
        byte[] encoded = key.getEncoded();
        byte[] raw = Arrays.copyOfRange(encoded, encoded.length - RAW_LENGTH, encoded.length);
        yield new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(raw)).build();
      }
      case ES256 -> new ECKey.Builder(Curve.P_256, (ECPublicKey) key).build();
    };
  }

  /** The set as JSON. Times are those of OpenID Federation's historical keys. */
  static byte[] write(List<VerificationKey> keys) {
    ObjectNode set = JSON.createObjectNode();
    ArrayNode array = set.putArray("keys");
    for (VerificationKey key : keys) {
      ObjectNode entry = array.addObject();
      jwk(key.key()).toJSONObject().forEach((name, value) -> entry.put(name, value.toString()));
      entry.put("kid", key.id()).put("use", "sig").put("alg", key.algorithm().jws());
      putSeconds(entry, "nbf", key.notBefore());
      putSeconds(entry, "exp", key.notAfter());
    }
    return JSON.writeValueAsBytes(set);
  }

  private static void putSeconds(ObjectNode entry, String name, @Nullable Instant time) {
    if (time != null) {
      entry.put(name, time.getEpochSecond());
    }
  }

  static List<VerificationKey> read(byte[] json) {
    JsonNode keys;
    try {
      keys = json.length > LARGEST ? null : JSON.readTree(json).get("keys");
    } catch (JacksonException e) {
      keys = null;
    }
    if (!(keys instanceof ArrayNode array) || array.size() > MOST_KEYS) {
      throw new IllegalArgumentException(
          "jwks: malformed (expected: a JWK set, {\"keys\": […]}, of at most "
              + MOST_KEYS
              + " keys and "
              + LARGEST
              + " bytes)");
    }
    List<VerificationKey> found = new ArrayList<>();
    for (JsonNode entry : array) {
      VerificationKey key = key(entry);
      if (key != null) {
        found.add(key);
      }
    }
    return found;
  }

  /** A key, or null for one that signs no labels. */
  private static @Nullable VerificationKey key(JsonNode entry) {
    try {
      JWK jwk = JWK.parse(entry.toString());
      PublicKey key =
          switch (jwk) {
            case OctetKeyPair pair when Curve.Ed25519.equals(pair.getCurve()) ->
                ed25519(pair.getX().decode());
            case ECKey ec when Curve.P_256.equals(ec.getCurve()) -> ec.toECPublicKey();
            default -> null;
          };
      if (key == null || (jwk.getKeyUse() != null && !jwk.getKeyUse().equals(KeyUse.SIGNATURE))) {
        return null;
      }
      String id = jwk.getKeyID();
      return new VerificationKey(
          id == null ? thumbprint(key) : id,
          KeyAlgorithm.of(key),
          key,
          seconds(entry.get("nbf")),
          seconds(entry.get("exp")));
    } catch (ParseException | JOSEException | GeneralSecurityException e) {
      return null;
    }
  }

  private static @Nullable Instant seconds(@Nullable JsonNode time) {
    if (time == null) {
      return null;
    }
    if (!time.isIntegralNumber()
        || !time.canConvertToLong()
        || Math.abs(time.longValue()) > LATEST) {
      throw new IllegalArgumentException(
          "jwks: a malformed nbf or exp (expected: seconds since 1970)");
    }
    return Instant.ofEpochSecond(time.longValue());
  }

  private static PublicKey ed25519(byte[] raw) throws GeneralSecurityException {
    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    encoded.writeBytes(ED25519_PREFIX);
    encoded.writeBytes(raw);
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new X509EncodedKeySpec(encoded.toByteArray()));
  }
}
