package kz.qaqpa.cli.gguf;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * How the matrices of a GGUF file are stored: ids and bytes as in {@code ggml/include/ggml.h} and
 * {@code ggml/src/ggml-quants.c}, little-endian. Stateless.
 */
public enum GgufType {
  /** 32-bit floats. */
  F32(0, 0, 1, 4) {
    @Override
    void encodeBlock(float[] row, int at, ByteBuffer into) {
      into.putFloat(row[at]);
    }
  },
  /** 16-bit floats. */
  F16(1, 1, 1, 2) {
    @Override
    void encodeBlock(float[] row, int at, ByteBuffer into) {
      short half = Float.floatToFloat16(row[at]);
      if (Float.isInfinite(Float.float16ToFloat(half))) {
        throw new IllegalArgumentException(
            "weight: " + row[at] + " (expected: at most 65504 in f16)");
      }
      into.putShort(half);
    }
  },
  /** A scale in f16 and 32 numbers of 4 bits: {@code quantize_row_q4_0_ref}. */
  Q4_0(2, 2, 32, 18) {
    @Override
    void encodeBlock(float[] row, int at, ByteBuffer into) {
      float extreme = extreme(row, at);
      float scale = extreme / -8;
      float inverse = scale == 0 ? 0 : 1 / scale;
      into.putShort(Float.floatToFloat16(scale));
      for (int i = 0; i < 16; i++) {
        int low = Math.min(15, (int) (row[at + i] * inverse + 8.5f));
        int high = Math.min(15, (int) (row[at + i + 16] * inverse + 8.5f));
        into.put((byte) (low | high << 4));
      }
    }
  },
  /** A scale in f16 and 32 numbers of 8 bits: {@code quantize_row_q8_0_ref}. */
  Q8_0(8, 7, 32, 34) {
    @Override
    void encodeBlock(float[] row, int at, ByteBuffer into) {
      float scale = Math.abs(extreme(row, at)) / 127;
      float inverse = scale == 0 ? 0 : 1 / scale;
      into.putShort(Float.floatToFloat16(scale));
      for (int i = at; i < at + 32; i++) {
        into.put((byte) roundHalfAway(row[i] * inverse));
      }
    }
  };

  private final int id;
  private final int fileType;
  private final int block;
  private final int blockBytes;

  GgufType(int id, int fileType, int block, int blockBytes) {
    this.id = id;
    this.fileType = fileType;
    this.block = block;
    this.blockBytes = blockBytes;
  }

  /** The type of this name, such as {@code q8_0}. */
  public static GgufType of(String name) {
    for (GgufType type : values()) {
      if (type.label().equals(name)) {
        return type;
      }
    }
    throw new IllegalArgumentException("--type: " + name + " (expected: f32, f16, q8_0 or q4_0)");
  }

  /** Its name on the command line, such as {@code q8_0}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number of a tensor's type, of {@code enum ggml_type}. */
  int id() {
    return id;
  }

  /** The number of a file whose matrices are so, of {@code enum llama_ftype}. */
  int fileType() {
    return fileType;
  }

  /** Whether weights share scales. */
  boolean isQuantised() {
    return block > 1;
  }

  /** Bytes of so many weights, a multiple of {@link #block()}. */
  long bytes(long weights) {
    return weights / block * blockBytes;
  }

  /** Weights that are encoded together. */
  int block() {
    return block;
  }

  /**
   * Encodes the first {@code count} numbers of a row, a multiple of {@link #block()}.
   *
   * @param into little-endian
   * @throws IllegalArgumentException if a weight is not finite, or does not fit
   */
  void encode(float[] row, int count, ByteBuffer into) {
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(row[i])) {
        throw new IllegalArgumentException("weight: " + row[i] + " (expected: finite)");
      }
    }
    for (int at = 0; at < count; at += block) {
      encodeBlock(row, at, into);
    }
  }

  abstract void encodeBlock(float[] row, int at, ByteBuffer into);

  /** Of 32 numbers that of largest magnitude, the first of several. */
  private static float extreme(float[] row, int at) {
    float extreme = 0;
    for (int i = at; i < at + 32; i++) {
      if (Math.abs(row[i]) > Math.abs(extreme)) {
        extreme = row[i];
      }
    }
    return extreme;
  }

  /** C's {@code roundf}: halves go away from zero. */
  private static int roundHalfAway(float x) {
    float magnitude = Math.abs(x);
    int whole = (int) magnitude;
    int rounded = magnitude - whole >= 0.5f ? whole + 1 : whole;
    return x < 0 ? -rounded : rounded;
  }
}
