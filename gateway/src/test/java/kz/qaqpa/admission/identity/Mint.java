package kz.qaqpa.admission.identity;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An identity provider of a test: its keys, and tokens of any content, signed in any way. */
final class Mint {
  static final String ISSUER = "https://id.example.kz/realms/state";
  static final String AUDIENCE = "qaqpa";

  private final String suffix;
  private final KeyPair rsa;
  private final KeyPair ec;
  private final KeyPair ed;

  /**
   * A provider with new keys.
   *
   * @param suffix what its key ids end with
   */
  Mint(String suffix) {
    this.suffix = suffix;
    this.rsa = pair("RSA", 2048);
    this.ec = pair("EC", 256);
    this.ed = pair("Ed25519", 255);
  }

  static KeyPair pair(String algorithm, int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
      if (algorithm.equals("EC")) {
        generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
      } else {
        generator.initialize(bits);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  RSAKey rsaKey() {
    return new RSAKey.Builder((RSAPublicKey) rsa.getPublic()).keyID("rsa" + suffix).build();
  }

  ECKey ecKey() {
    return new ECKey.Builder(Curve.P_256, (ECPublicKey) ec.getPublic())
        .keyID("ec" + suffix)
        .build();
  }

  OctetKeyPair edKey() {
    byte[] der = ed.getPublic().getEncoded(); // Ends with the 32 bytes of the key.
    Base64URL x = Base64URL.encode(Arrays.copyOfRange(der, der.length - 32, der.length));
    return new OctetKeyPair.Builder(Curve.Ed25519, x).keyID("ed" + suffix).build();
  }

  /** The set of its three keys. */
  String keys() {
    return set(rsaKey(), ecKey(), edKey());
  }

  static String set(JWK... keys) {
    return new JWKSet(List.of(keys)).toString(false);
  }

  /** A token that is good at a moment. */
  String good(String algorithm, long now) {
    return signed(header(algorithm), claims(now), algorithm);
  }

  String header(String algorithm) {
    String kid =
        switch (algorithm) {
          case "RS256" -> "rsa";
          case "ES256" -> "ec";
          default -> "ed";
        };
    return "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + kid + suffix + "\",\"typ\":\"JWT\"}";
  }

  static String claims(long now) {
    return "{\"iss\":\""
        + ISSUER
        + "\",\"aud\":\"qaqpa\",\"sub\":\"ann\",\"azp\":\"web\",\"iat\":"
        + now
        + ",\"exp\":"
        + (now + 300)
        + "}";
  }

  /** Any header over any payload, signed by the key of an algorithm. */
  String signed(String header, String payload, String algorithm) {
    String input = encode(header) + "." + encode(payload);
    return input + "." + Base64URL.encode(signature(input, algorithm));
  }

  private byte[] signature(String input, String algorithm) {
    return switch (algorithm) {
      case "RS256" -> signature("SHA256withRSA", rsa.getPrivate(), input);
      case "RS512" -> signature("SHA512withRSA", rsa.getPrivate(), input);
      case "ES256" -> signature("SHA256withECDSAinP1363Format", ec.getPrivate(), input);
      case "EdDSA" -> signature("Ed25519", ed.getPrivate(), input);
      default -> throw new AssertionError(algorithm);
    };
  }

  static byte[] signature(String algorithm, PrivateKey key, String input) {
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(input.getBytes(StandardCharsets.US_ASCII));
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Signed with a secret that everybody knows. */
  static String hmac(String header, String payload, byte[] secret) {
    try {
      String input = encode(header) + "." + encode(payload);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return input + "." + Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  static String encode(String text) {
    return Base64URL.encode(text).toString();
  }
}
