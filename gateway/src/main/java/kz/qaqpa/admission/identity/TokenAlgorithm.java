package kz.qaqpa.admission.identity;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import org.jspecify.annotations.Nullable;

/** How tokens may be signed, each with the one kind of key that it goes with. */
public enum TokenAlgorithm {
  /** RSA with SHA-256 and PKCS #1 padding, keys of 2048 to 8192 bits. */
  RS256,
  /** ECDSA with SHA-256 on P-256. */
  ES256,
  /** Ed25519. */
  EDDSA;

  private static final int LEAST_RSA = 2048;
  private static final int MOST_RSA = 8192;

  /** The one of that name, or null. */
  static @Nullable TokenAlgorithm of(JWSAlgorithm algorithm) {
    for (TokenAlgorithm known : values()) {
      if (known.algorithm().equals(algorithm)) {
        return known;
      }
    }
    return null;
  }

  private JWSAlgorithm algorithm() {
    return switch (this) {
      case RS256 -> JWSAlgorithm.RS256;
      case ES256 -> JWSAlgorithm.ES256;
      case EDDSA -> JWSAlgorithm.EdDSA;
    };
  }

  /**
   * The keys that may have made a signature.
   *
   * @param kid the key's id, or null if the token names none
   */
  JWKMatcher keys(@Nullable String kid) {
    JWKMatcher.Builder matcher =
        new JWKMatcher.Builder()
            .publicOnly(true)
            .nonRevokedOnly(true)
            .keyUses(KeyUse.SIGNATURE, null)
            .keyOperations(KeyOperation.VERIFY, null)
            .algorithms(algorithm(), null);
    matcher =
        switch (this) {
          case RS256 -> matcher.keyType(KeyType.RSA).minKeySize(LEAST_RSA).maxKeySize(MOST_RSA);
          case ES256 -> matcher.keyType(KeyType.EC).curve(Curve.P_256);
          case EDDSA -> matcher.keyType(KeyType.OKP).curve(Curve.Ed25519);
        };
    return kid == null ? matcher.build() : matcher.keyID(kid).build();
  }

  @Override
  public String toString() {
    return algorithm().getName();
  }
}
