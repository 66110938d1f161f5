package kz.qaqpa.admission.identity;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;

/**
 * Signatures of Ed25519 (RFC 8032) by the JDK: Nimbus checks them with a library of Google's that
 * nothing else here needs. Functions only.
 */
final class Ed25519 {
  private static final int BYTES = 32;

  private Ed25519() {}

  /**
   * Checks a signature.
   *
   * @param x the public key as RFC 8037 has it in a JWK: 32 bytes
   * @return whether it is of that key over that text; false also if one of them is malformed
   */
  static boolean verifies(byte[] x, byte[] text, byte[] signature) {
    if (x.length != BYTES || signature.length != 2 * BYTES) {
      return false;
    }
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key(x));
      verifier.update(text);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** The bytes are y, least significant first; their last bit says whether x is odd. */
  private static PublicKey key(byte[] x) throws GeneralSecurityException {
    byte[] y = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      y[i] = x[BYTES - 1 - i];
    }
    boolean odd = (y[0] & 0x80) != 0;
    y[0] &= 0x7F;
    EdECPoint point = new EdECPoint(odd, new BigInteger(1, y));
    return KeyFactory.getInstance("Ed25519")
        .generatePublic(new EdECPublicKeySpec(NamedParameterSpec.ED25519, point));
  }
}
