package kz.qaqpa.testing;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import kz.qaqpa.engine.model.DType;

/** Writes safetensors files: sound ones from floats, and whatever a test makes up. */
public final class SafetensorsFile {
  private final List<String> entries = new ArrayList<>();
  private final List<byte[]> data = new ArrayList<>();
  private long offset;

  /** Adds a tensor, its values rounded to the format (to nearest, ties to even). */
  public SafetensorsFile add(String name, DType dtype, long[] shape, float[] values) {
    byte[] bytes = encode(dtype, values);
    String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(","));
    entries.add(
        "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
            .formatted(name, dtype, sizes, offset, offset + bytes.length));
    data.add(bytes);
    offset += bytes.length;
    return this;
  }

  /** Writes the file. */
  public void write(Path file) throws IOException {
    String header = "{" + String.join(",", entries) + "}";
    try (DataOutputStream out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      writeHeader(out, header);
      for (byte[] bytes : data) {
        out.write(bytes);
      }
    }
  }

  /** Writes a file with any header and data, the length field being right. */
  public static void write(Path file, String header, byte[] data) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      writeHeader(out, header);
      out.write(data);
    }
  }

  private static void writeHeader(DataOutputStream out, String header) throws IOException {
    byte[] bytes = header.getBytes(StandardCharsets.UTF_8);
    out.writeLong(Long.reverseBytes(bytes.length));
    out.write(bytes);
  }

  private static byte[] encode(DType dtype, float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      switch (dtype) {
        case BF16 -> bytes.putShort(toBf16(value));
        case F16 -> bytes.putShort(Float.floatToFloat16(value));
        case F32 -> bytes.putFloat(value);
      }
    }
    return bytes.array();
  }

  private static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
  }
}
