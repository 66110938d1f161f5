package kz.qaqpa.label.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The field {@code Content-Digest} of RFC 9530. Functions only. */
public final class ContentDigest {
  /** Name of the field. */
  public static final String FIELD = "content-digest";

  private ContentDigest() {}

  /** The value for a body, as it is sent. */
  public static String of(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return "sha-256=:" + Base64.getEncoder().encodeToString(hash) + ":";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
