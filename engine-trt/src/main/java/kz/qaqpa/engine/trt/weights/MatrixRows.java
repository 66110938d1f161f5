package kz.qaqpa.engine.trt.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.TensorView;
import kz.qaqpa.engine.trt.graph.ElementType;

/** Rows of tensors that lie one below the other, converted or quantised, on all processors. */
final class MatrixRows {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements of one task: long enough to be worth one, short enough to share work evenly. */
  private static final long TASK_ELEMENTS = 1 << 18;

  private final Checkpoint checkpoint;

  MatrixRows(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /** A row of the stack: which tensor it is of, and which of its rows. */
  private record Row(TensorView tensor, int index) {
    void read(float[] into) {
      tensor.readRow(index, into, 0);
    }
  }

  void convert(List<String> names, ElementType type, long first, long rows, MemorySegment into) {
    List<TensorView> parts = parts(names);
    int columns = parts.getFirst().cols();
    long rowBytes = (long) columns * type.bytes();
    inParallel(
        parts,
        first,
        rows,
        (row, at, scratch) -> {
          MemorySegment target = into.asSlice(at * rowBytes, rowBytes);
          if (isStoredAs(row.tensor, type)) {
            MemorySegment stored = row.tensor.segment();
            MemorySegment.copy(stored, row.index * rowBytes, target, 0, rowBytes);
          } else {
            row.read(scratch);
            write(scratch, type, target);
          }
        });
  }

  void codes(List<String> names, long first, long rows, MemorySegment into) {
    List<TensorView> parts = parts(names);
    int columns = parts.getFirst().cols();
    inParallel(
        parts,
        first,
        rows,
        (row, at, scratch) -> {
          row.read(scratch);
          float scale = scale(row, scratch);
          byte[] codes = new byte[columns];
          for (int i = 0; i < columns; i++) {
            codes[i] = NumberFormats.toE4m3(scratch[i] / scale);
          }
          MemorySegment.copy(codes, 0, into, ValueLayout.JAVA_BYTE, at * columns, columns);
        });
  }

  /** The scales of all rows. */
  void scales(List<String> names, MemorySegment into) {
    inParallel(
        parts(names),
        0,
        into.byteSize() / Float.BYTES,
        (row, at, scratch) -> {
          row.read(scratch);
          into.set(FLOAT, at * Float.BYTES, scale(row, scratch));
        });
  }

  private static float scale(Row row, float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (!Float.isFinite(largest)) { // Math.max keeps NaN
      throw new IllegalArgumentException(
          row.tensor.name()
              + ": row "
              + row.index
              + " has NaN or infinite elements (expected: finite ones)");
    }
    float scale = largest / NumberFormats.E4M3_MAX;
    // Also where the quotient is too small to be a normal number.
    return scale < Float.MIN_NORMAL ? 1 : scale;
  }

  private static boolean isStoredAs(TensorView tensor, ElementType type) {
    return switch (type) {
      case F32 -> tensor.dtype() == DType.F32;
      case F16 -> tensor.dtype() == DType.F16;
      case BF16 -> tensor.dtype() == DType.BF16;
      case FP8_E4M3, INT32, INT64 -> false;
    };
  }

  private static void write(float[] values, ElementType type, MemorySegment into) {
    switch (type) {
      case F32 -> MemorySegment.copy(values, 0, into, FLOAT, 0, values.length);
      case F16 -> writeShorts(values, into, false);
      case BF16 -> writeShorts(values, into, true);
      case FP8_E4M3, INT32, INT64 ->
          throw new IllegalArgumentException(type + " (expected: F32, F16 or BF16)");
    }
  }

  private static void writeShorts(float[] values, MemorySegment into, boolean bf16) {
    short[] narrow = new short[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = bf16 ? NumberFormats.toBf16(values[i]) : Float.floatToFloat16(values[i]);
    }
    MemorySegment.copy(narrow, 0, into, SHORT, 0, narrow.length);
  }

  private List<TensorView> parts(List<String> names) {
    return names.stream().map(checkpoint::tensor).toList();
  }

  @FunctionalInterface
  private interface Work {
    /**
     * Handles one row.
     *
     * @param at its index among those wanted
     * @param scratch room for its elements
     */
    void accept(Row row, long at, float[] scratch);
  }

  private static void inParallel(List<TensorView> parts, long first, long rows, Work work) {
    int columns = parts.getFirst().cols();
    long atOnce = Math.max(1, TASK_ELEMENTS / columns);
    LongStream.range(0, Math.ceilDiv(rows, atOnce))
        .parallel()
        .forEach(task -> {
          float[] scratch = new float[columns];
          long end = Math.min(rows, (task + 1) * atOnce);
          for (long at = task * atOnce; at < end; at++) {
            work.accept(row(parts, first + at), at, scratch);
          }
        });
  }

  private static Row row(List<TensorView> parts, long row) {
    long left = row;
    for (TensorView part : parts) {
      if (left < part.rows()) {
        return new Row(part, (int) left);
      }
      left -= part.rows();
    }
    throw new IndexOutOfBoundsException(row);
  }
}
