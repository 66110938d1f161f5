package kz.qaqpa.cli.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** As much of a reader of GGUF version 3 as tests need, written from the specification. */
final class GgufReader {
  final Map<String, Object> values = new LinkedHashMap<>();
  final Map<String, Tensor> tensors = new LinkedHashMap<>();

  private final ByteBuffer file;
  private final int data;

  /** Dimensions as in the file: the length of a row first. */
  record Tensor(List<Long> dimensions, int type, long offset) {
    int weights() {
      return Math.toIntExact(dimensions.stream().reduce(1L, Math::multiplyExact));
    }
  }

  GgufReader(Path path) throws IOException {
    file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[4];
    file.get(magic);
    if (!new String(magic, StandardCharsets.US_ASCII).equals("GGUF") || file.getInt() != 3) {
      throw new IOException("not GGUF 3");
    }
    long tensorCount = file.getLong();
    long valueCount = file.getLong();
    for (long i = 0; i < valueCount; i++) {
      String key = string();
      values.put(key, value(file.getInt()));
    }
    for (long i = 0; i < tensorCount; i++) {
      String name = string();
      List<Long> dimensions = new ArrayList<>();
      int count = file.getInt();
      for (int d = 0; d < count; d++) {
        dimensions.add(file.getLong());
      }
      tensors.put(name, new Tensor(dimensions, file.getInt(), file.getLong()));
    }
    int alignment = (Integer) values.getOrDefault("general.alignment", 32);
    data = (file.position() + alignment - 1) / alignment * alignment;
  }

  private String string() {
    byte[] bytes = new byte[Math.toIntExact(file.getLong())];
    file.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Object value(int type) {
    return switch (type) {
      case 4, 5 -> file.getInt();
      case 6 -> file.getFloat();
      case 7 -> file.get() == 1;
      case 8 -> string();
      case 9 -> {
        int element = file.getInt();
        long count = file.getLong();
        List<Object> list = new ArrayList<>();
        for (long i = 0; i < count; i++) {
          list.add(value(element));
        }
        yield list;
      }
      default -> throw new IllegalStateException("type " + type);
    };
  }

  Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** A value that is a list. */
  List<?> list(String key) {
    return (List<?>) Objects.requireNonNull(values.get(key), key);
  }

  /** The weights of a tensor, as floats again. */
  float[] floats(String name) {
    Tensor tensor = tensor(name);
    ByteBuffer from = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    from.position(Math.toIntExact(data + tensor.offset()));
    float[] floats = new float[tensor.weights()];
    for (int at = 0; at < floats.length; at += tensor.type() < 2 ? 1 : 32) {
      switch (tensor.type()) {
        case 0 -> floats[at] = from.getFloat();
        case 1 -> floats[at] = Float.float16ToFloat(from.getShort());
        case 2 -> four(from, floats, at);
        case 8 -> eight(from, floats, at);
        default -> throw new IllegalStateException("type " + tensor.type());
      }
    }
    return floats;
  }

  private static void four(ByteBuffer from, float[] into, int at) {
    float scale = Float.float16ToFloat(from.getShort());
    for (int i = 0; i < 16; i++) {
      int pair = from.get() & 0xff;
      into[at + i] = ((pair & 15) - 8) * scale;
      into[at + i + 16] = ((pair >> 4) - 8) * scale;
    }
  }

  private static void eight(ByteBuffer from, float[] into, int at) {
    float scale = Float.float16ToFloat(from.getShort());
    for (int i = 0; i < 32; i++) {
      into[at + i] = from.get() * scale;
    }
  }

  /** The end of what the tensors take, from the beginning of the file. */
  long bytes() {
    return file.capacity();
  }
}
