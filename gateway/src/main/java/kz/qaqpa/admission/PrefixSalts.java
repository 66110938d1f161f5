package kz.qaqpa.admission;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where each agency's prefix-cache chains start: the first 8 bytes of HMAC-SHA-256 over its id with
 * a secret of this process. No agency can learn from timing what another has asked, since it can
 * neither choose nor guess another's salt. Any thread.
 */
public final class PrefixSalts {
  private static final String ALGORITHM = "HmacSHA256";

  private final SecretKeySpec secret;
  private final ConcurrentMap<String, Long> salts = new ConcurrentHashMap<>();

  private PrefixSalts(byte[] secret) {
    this.secret = new SecretKeySpec(secret, ALGORITHM);
  }

  /**
   * Salts of a secret.
   *
   * @param secret 32 random bytes, known to nobody else
   */
  public static PrefixSalts of(byte[] secret) {
    return new PrefixSalts(secret);
  }

  /** The salt of an agency. */
  public long of(Agency agency) {
    return salts.computeIfAbsent(agency.id(), this::derive);
  }

  private long derive(String id) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret);
      return ByteBuffer.wrap(mac.doFinal(id.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }
}
