package kz.qaqpa.watermark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import kz.qaqpa.batching.mark.Watermark;

/**
 * Immutable; any thread. A master key of the watermark and the sixteen keys that answers are drawn
 * by: the first eight bytes of SHA-256 over {@code key_0} to {@code key_15} and the master key, as
 * vLLM derives {@code key_a} and {@code key_b}. Who knows one of them does not know another.
 */
public final class WatermarkKeys {
  /** Bytes of a master key. */
  public static final int BYTES = 8;

  private final String id;
  private final long[] subKeys;

  private WatermarkKeys(String id, long[] subKeys) {
    this.id = id;
    this.subKeys = subKeys;
  }

  /**
   * The keys of a master key.
   *
   * @param master {@link #BYTES} of them, random; not kept
   * @throws IllegalArgumentException if their number is another; the message has no byte of it
   */
  public static WatermarkKeys of(byte[] master) {
    if (master.length != BYTES) {
      throw new IllegalArgumentException(
          "watermark key: " + master.length + " bytes (expected: " + BYTES + ")");
    }
    long[] subKeys = new long[Watermark.SUB_KEYS];
    for (int i = 0; i < subKeys.length; i++) {
      subKeys[i] = derive("key_" + i, master);
    }
    String id = HexFormat.of().toHexDigits((int) (derive("key_id", master) >>> 32));
    return new WatermarkKeys(id, subKeys);
  }

  static long derive(String label, byte[] master) {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: every Java platform has it", e);
    }
    sha256.update(label.getBytes(StandardCharsets.US_ASCII));
    return ByteBuffer.wrap(sha256.digest(master)).getLong();
  }

  /**
   * The name of the master key, for labels and reports: eight hexadecimal digits that follow from
   * it and say nothing about it.
   */
  public String id() {
    return id;
  }

  /** The watermark of a request with this seed, see {@link Watermark#serving}. */
  public Watermark watermark(long seed) {
    return Watermark.serving(subKeys, seed);
  }

  long subKey(int i) {
    return subKeys[i];
  }

  /** Without keys. */
  @Override
  public String toString() {
    return id;
  }
}
