package kz.qaqpa.engine.trt.interpret;

import java.util.Arrays;
import kz.qaqpa.engine.trt.graph.ElementType;

/**
 * A tensor with its numbers, row-major. Elements of a floating format are floats that the format
 * can hold.
 */
public final class Value {
  private final ElementType type;
  private final int[] dims;
  private final float[] floats;
  private final int[] integers;

  private Value(ElementType type, int[] dims, float[] floats, int[] integers) {
    this.type = type;
    this.dims = dims;
    this.floats = floats;
    this.integers = integers;
  }

  /** Zeros of an integer format; of a floating one {@code fill}. */
  public static Value of(ElementType type, float fill, int... dims) {
    int count = count(dims);
    boolean integer = type == ElementType.INT32 || type == ElementType.INT64;
    float[] floats = new float[integer ? 0 : count];
    Arrays.fill(floats, fill);
    return new Value(type, dims, floats, new int[integer ? count : 0]);
  }

  /** Integers. */
  public static Value of(ElementType type, int[] integers, int... dims) {
    return new Value(type, dims, new float[0], integers);
  }

  /** Its format. */
  public ElementType type() {
    return type;
  }

  /** Its elements, not a copy; none of an integer format. */
  public float[] floats() {
    return floats;
  }

  /** Its elements, not a copy; none of a floating format. */
  public int[] integers() {
    return integers;
  }

  int rank() {
    return dims.length;
  }

  int count() {
    return count(dims);
  }

  int dim(int axis) {
    return dims[axis];
  }

  /** Size of the last axis. */
  public int last() {
    return dims[dims.length - 1];
  }

  private static int count(int... dims) {
    int count = 1;
    for (int dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }
}
