package kz.qaqpa.engine.model;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor inside a mapped file: row-major, nothing is copied until it is read.
 *
 * <p>Safe for any number of threads while its {@link Checkpoint} is open; afterwards every access
 * throws {@link IllegalStateException}. A file that somebody shortens while it is mapped makes
 * reading throw {@link InternalError}: model files are to be replaced, not rewritten.
 */
public final class TensorView {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Elements converted at a time: 8 KiB of scratch, which stays in the first-level cache. */
  private static final int CHUNK = 4096;

  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final long elements;
  private final MemorySegment segment;

  /**
   * @param segment exactly the product of {@code shape} times {@code dtype.bytes()} long
   */
  TensorView(String name, DType dtype, long[] shape, MemorySegment segment) {
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
    this.elements = segment.byteSize() / dtype.bytes();
    this.segment = segment;
  }

  /** Name as in the file. */
  public String name() {
    return name;
  }

  /** Number format in the file. */
  public DType dtype() {
    return dtype;
  }

  /** Sizes, outermost first; a copy. */
  public long[] shape() {
    return shape.clone();
  }

  /** Number of elements. */
  public long elements() {
    return elements;
  }

  /** Rows of a matrix (output features of a projection); 1 for a vector. */
  public int rows() {
    return shape.length < 2 ? 1 : Math.toIntExact(shape[0]);
  }

  /** Elements of one row (input features of a projection); the length of a vector. */
  public int cols() {
    return shape.length == 0 ? 1 : Math.toIntExact(elements / rows());
  }

  /** The raw bytes, read-only, little-endian, with no alignment promised. */
  public MemorySegment segment() {
    return segment;
  }

  /** Converts one row of a matrix to {@code cols()} floats. */
  public void readRow(int row, float[] into, int offset) {
    Objects.checkIndex(row, rows());
    read((long) row * cols(), into, offset, cols());
  }

  /** Converts {@code count} rows of a matrix, one behind the other. */
  public void readRows(int firstRow, int count, float[] into, int offset) {
    Objects.checkFromIndexSize(firstRow, count, rows());
    read((long) firstRow * cols(), into, offset, Math.multiplyExact(count, cols()));
  }

  /**
   * All elements as floats, in a new array.
   *
   * @throws ArithmeticException if there are more than an array can hold
   */
  public float[] toFloats() {
    float[] all = new float[Math.toIntExact(elements)];
    read(0, all, 0, all.length);
    return all;
  }

  /**
   * Converts elements to floats; exact for every format.
   *
   * @param firstElement index of the first element, row-major
   * @throws IndexOutOfBoundsException if the range leaves the tensor or the array
   */
  public void read(long firstElement, float[] into, int offset, int count) {
    Objects.checkFromIndexSize(firstElement, count, elements);
    Objects.checkFromIndexSize(offset, count, into.length);
    if (dtype == DType.F32) {
      MemorySegment.copy(segment, FLOAT, firstElement * Float.BYTES, into, offset, count);
      return;
    }
    // Through a short array: loops over arrays are what the JIT turns into vector instructions.
    short[] scratch = new short[Math.min(count, CHUNK)];
    for (int done = 0; done < count; done += scratch.length) {
      int n = Math.min(scratch.length, count - done);
      MemorySegment.copy(segment, SHORT, (firstElement + done) * Short.BYTES, scratch, 0, n);
      if (dtype == DType.BF16) {
        widenBf16(scratch, into, offset + done, n);
      } else {
        widenF16(scratch, into, offset + done, n);
      }
    }
  }

  private static void widenBf16(short[] from, float[] into, int offset, int count) {
    for (int i = 0; i < count; i++) {
      into[offset + i] = Float.intBitsToFloat(from[i] << 16);
    }
  }

  private static void widenF16(short[] from, float[] into, int offset, int count) {
    for (int i = 0; i < count; i++) {
      into[offset + i] = Float.float16ToFloat(from[i]);
    }
  }

  @Override
  public String toString() {
    return name + " " + dtype + " " + Arrays.toString(shape);
  }
}
