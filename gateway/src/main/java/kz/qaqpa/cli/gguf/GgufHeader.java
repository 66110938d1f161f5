package kz.qaqpa.cli.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything of a GGUF file of version 3 before its weights: keys with values, then names, shapes
 * and places of tensors. Confined to one thread.
 */
final class GgufHeader {
  static final int ALIGNMENT = 32;

  private static final int MAGIC = 0x46554747; // "GGUF", little-endian.
  private static final int VERSION = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private final ByteArrayOutputStream values = new ByteArrayOutputStream();
  private final ByteArrayOutputStream tensors = new ByteArrayOutputStream();
  private final Set<String> keys = new LinkedHashSet<>();
  private final Set<String> names = new LinkedHashSet<>();
  private long end;

  /** A number of 32 bits. */
  GgufHeader put(String key, int value) {
    key(key, UINT32);
    int32(values, value);
    return this;
  }

  /** A float of 32 bits. */
  GgufHeader put(String key, float value) {
    key(key, FLOAT32);
    int32(values, Float.floatToRawIntBits(value));
    return this;
  }

  /** Whether something is so. */
  GgufHeader put(String key, boolean value) {
    key(key, BOOL);
    values.write(value ? 1 : 0);
    return this;
  }

  /** A text. */
  GgufHeader put(String key, String value) {
    key(key, STRING);
    string(values, value);
    return this;
  }

  /** Texts, one after the other. */
  GgufHeader put(String key, List<String> list) {
    key(key, ARRAY);
    int32(values, STRING);
    int64(values, list.size());
    list.forEach(text -> string(values, text));
    return this;
  }

  /** Signed numbers of 32 bits, one after the other. */
  GgufHeader put(String key, int[] list) {
    key(key, ARRAY);
    int32(values, INT32);
    int64(values, list.length);
    for (int number : list) {
      int32(values, number);
    }
    return this;
  }

  private void key(String key, int type) {
    if (!keys.add(key)) {
      throw new IllegalArgumentException(key + ": given twice (expected: once)");
    }
    string(values, key);
    int32(values, type);
  }

  /**
   * A tensor, whose weights lie behind those of the ones before.
   *
   * @param shape outermost first; the file has it the other way round
   */
  void tensor(String name, GgufType type, long... shape) {
    if (!names.add(name)) {
      throw new IllegalArgumentException(name + ": given twice (expected: once)");
    }
    string(tensors, name);
    int32(tensors, shape.length);
    long weights = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      int64(tensors, shape[i]);
      weights *= shape[i];
    }
    int32(tensors, type.id());
    int64(tensors, end);
    end = aligned(end + type.bytes(weights));
  }

  /** Bytes that the weights of all tensors take, the padding between and behind them too. */
  long weightBytes() {
    return end;
  }

  int tensorCount() {
    return names.size();
  }

  /** The bytes of the file up to the first weight. */
  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    int32(all, MAGIC);
    int32(all, VERSION);
    int64(all, names.size());
    int64(all, keys.size());
    all.writeBytes(values.toByteArray());
    all.writeBytes(tensors.toByteArray());
    all.writeBytes(new byte[(int) (aligned(all.size()) - all.size())]);
    return all.toByteArray();
  }

  /** The next multiple of the alignment. */
  static long aligned(long position) {
    return (position + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int64(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void int32(ByteArrayOutputStream out, int value) {
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private static void int64(ByteArrayOutputStream out, long value) {
    out.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
