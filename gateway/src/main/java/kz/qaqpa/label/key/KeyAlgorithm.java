package kz.qaqpa.label.key;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;

/** How keys sign. */
public enum KeyAlgorithm {
  /** RFC 8032. */
  ED25519("EdDSA", "Ed25519", "ed25519"),
  /** ECDSA on P-256 with SHA-256, for tokens that know no other; r and s, 32 bytes each. */
  ES256("ES256", "SHA256withECDSAinP1363Format", "ecdsa-p256-sha256");

  private static final int P256_BITS = 256;

  private final String jws;
  private final String jca;
  private final String http;

  KeyAlgorithm(String jws, String jca, String http) {
    this.jws = jws;
    this.jca = jca;
    this.http = http;
  }

  /** The header {@code alg} of RFC 7515. */
  public String jws() {
    return jws;
  }

  /** The JDK's name. */
  String jca() {
    return jca;
  }

  /** The parameter {@code alg} of RFC 9421. */
  public String http() {
    return http;
  }

  /**
   * How a key signs.
   *
   * @throws IllegalArgumentException if it is of another kind
   */
  static KeyAlgorithm of(PublicKey key) {
    if (key instanceof EdECPublicKey ed && ed.getParams().getName().equals("Ed25519")) {
      return ED25519;
    }
    if (key instanceof ECPublicKey ec
        && ec.getParams().getCurve().getField().getFieldSize() == P256_BITS) {
      return ES256;
    }
    throw new IllegalArgumentException(
        "a key of " + key.getAlgorithm() + " (expected: Ed25519, or EC on P-256)");
  }
}
