package kz.qaqpa.engine.trt.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A value of the graph.
 *
 * @param name unique in its graph
 * @param type format of its elements
 * @param dims sizes, outermost first; row-major
 */
public record Tensor(String name, ElementType type, List<Dim> dims) {

  /** Copies the list. */
  public Tensor {
    dims = List.copyOf(dims);
  }

  /** A tensor of fixed sizes. */
  public static Tensor of(String name, ElementType type, long... sizes) {
    return new Tensor(name, type, Arrays.stream(sizes).mapToObj(Dim::of).toList());
  }

  /** Number of axes. */
  public int rank() {
    return dims.size();
  }

  /**
   * Size along an axis.
   *
   * @throws IllegalArgumentException if the step decides it
   */
  public long size(int axis) {
    if (dims.get(axis) instanceof Dim.Fixed(long size)) {
      return size;
    }
    throw new IllegalArgumentException(this + ": axis " + axis + " (expected: a fixed size)");
  }

  /** Whether every size is fixed. */
  public boolean isFixed() {
    return dims.stream().allMatch(Dim.Fixed.class::isInstance);
  }

  /**
   * Number of elements.
   *
   * @throws IllegalArgumentException if the step decides it
   */
  public long elements() {
    long elements = 1;
    for (int axis = 0; axis < rank(); axis++) {
      elements = Math.multiplyExact(elements, size(axis));
    }
    return elements;
  }

  /** Bytes of all elements, of a tensor whose sizes are fixed. */
  public long bytes() {
    return Math.multiplyExact(elements(), (long) type.bytes());
  }

  @Override
  public String toString() {
    String sizes = dims.stream().map(Dim::toString).collect(Collectors.joining(","));
    return name + " " + type + "[" + sizes + "]";
  }
}
