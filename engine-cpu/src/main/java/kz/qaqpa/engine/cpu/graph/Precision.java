package kz.qaqpa.engine.cpu.graph;

import java.util.Set;

/**
 * How the matrices are stored. Activations, norms, attention and the KV cache are always f32;
 * quantised products quantise each row of activations by itself, never across the batch.
 */
public enum Precision {
  /** As 32-bit floats. */
  F32("f32", 0, 0, false),
  /** 8 bits in blocks of 64: the same bits for any number of rows. */
  INT8("int8", 8, 64, false),
  /** 8 bits in blocks of 128: faster, kernels work on two rows at a time. */
  INT8_FAST("int8-fast", 8, 128, true),
  /** 4 bits in blocks of 128, kernels as for {@link #INT8_FAST}. */
  INT4("int4", 4, 128, true);

  /** The settings that {@link #of} reads. */
  public static final Set<String> SETTINGS = Set.of("auto", "f32", "int8", "int8-fast", "int4");

  /** Below this many parameters {@code auto} keeps the floats: they are small and exact. */
  static final long AUTO_FLOAT_BELOW = 100_000_000;

  private static final int SMALLEST_BLOCK = 32;

  private final String setting;
  private final int bits;
  private final int block;
  private final boolean evenRows;

  Precision(String setting, int bits, int block, boolean evenRows) {
    this.setting = setting;
    this.bits = bits;
    this.block = block;
    this.evenRows = evenRows;
  }

  /** Reads the setting; {@code auto} depends on the number of parameters. */
  public static Precision of(String setting, long parameters) {
    if (setting.equals("auto")) {
      return parameters < AUTO_FLOAT_BELOW ? F32 : INT8;
    }
    for (Precision precision : values()) {
      if (precision.setting.equals(setting)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "engine.precision: " + setting + " (expected: auto, f32, int8, int8-fast or int4)");
  }

  /** The name in settings. */
  public String setting() {
    return setting;
  }

  /** Bits of a weight, 0 for floats. */
  public int bits() {
    return bits;
  }

  /** Whether matrices are quantised. */
  public boolean quantised() {
    return bits != 0;
  }

  /** Weights that share a scale where the matrix allows it, 0 for floats. */
  public int block() {
    return block;
  }

  /**
   * Whether a batch must have an even number of rows: the kernels of these precisions compute pairs
   * of rows, and a row left over goes through another kernel with other rounding.
   */
  public boolean evenRows() {
    return evenRows;
  }

  /**
   * Block size for a matrix with rows of this length: the precision's own, or half of it and so on
   * down to 32 until it divides the row.
   *
   * @throws IllegalArgumentException if none does
   */
  public int blockFor(String matrix, int columns) {
    for (int candidate = block; candidate >= SMALLEST_BLOCK; candidate /= 2) {
      if (columns % candidate == 0) {
        return candidate;
      }
    }
    throw new IllegalArgumentException(
        "engine.precision: "
            + setting
            + " (expected: f32, since rows of "
            + matrix
            + " have "
            + columns
            + " weights, not a multiple of "
            + SMALLEST_BLOCK
            + ")");
  }
}
