package kz.qaqpa.admin.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * How records are tied together: each hash is SHA-256 over the record's fields and the hash before,
 * each field as its length in bytes (four, big-endian; -1 for one that is absent) and its UTF-8.
 * Static; any thread.
 */
final class AuditChain {
  /** What stands before the first record. */
  static final String START = "0".repeat(64);

  private AuditChain() {}

  static String hash(long number, AuditEvent event, String previous) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    for (String field :
        Arrays.asList(
            Long.toString(number),
            event.at().toString(),
            event.who(),
            event.action(),
            event.target(),
            event.before(),
            event.after(),
            previous)) {
      add(digest, field);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, @Nullable String field) {
    byte[] bytes = field == null ? new byte[0] : field.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(4).putInt(field == null ? -1 : bytes.length).array());
    digest.update(bytes);
  }
}
