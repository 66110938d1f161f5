package kz.qaqpa.engine.trt.network;

import java.util.List;
import kz.qaqpa.engine.trt.graph.Dim;
import kz.qaqpa.engine.trt.graph.Tensor;

/**
 * The steps that a set of kernels is chosen for: the sizes allowed, and those that are timed.
 *
 * @param name for messages
 * @param tokens tokens of a step
 * @param rows rows of a step
 */
public record ShapeProfile(String name, Range tokens, Range rows) {

  /**
   * A range of sizes and the one that matters most.
   *
   * @param min at least 1
   * @param typical between the two
   * @param max at least {@code min}
   */
  public record Range(int min, int typical, int max) {
    /** Checks the order. */
    public Range {
      if (min < 1 || typical < min || max < typical) {
        throw new IllegalArgumentException(
            "range: "
                + min
                + ", "
                + typical
                + ", "
                + max
                + " (expected: 1 <= min <= typical <= max)");
      }
    }
  }

  /** Steps that only write answers: one token in each row. */
  public static ShapeProfile decode(int typicalRows, int maxRows) {
    Range rows = new Range(1, typicalRows, maxRows);
    return new ShapeProfile("decode", rows, rows);
  }

  /** Steps that read prompts too. */
  public static ShapeProfile mixed(int typicalTokens, int maxTokens, int maxRows) {
    return new ShapeProfile(
        "mixed", new Range(1, typicalTokens, maxTokens), new Range(1, maxRows, maxRows));
  }

  /** Sizes of a tensor in the smallest step. */
  long[] min(Tensor tensor) {
    return sizes(tensor, tokens.min, rows.min);
  }

  /** Sizes of a tensor in the step that is timed. */
  long[] typical(Tensor tensor) {
    return sizes(tensor, tokens.typical, rows.typical);
  }

  /** Sizes of a tensor in the largest step. */
  long[] max(Tensor tensor) {
    return sizes(tensor, tokens.max, rows.max);
  }

  private static long[] sizes(Tensor tensor, long tokens, long rows) {
    List<Dim> dims = tensor.dims();
    return dims.stream()
        .mapToLong(dim ->
            switch (dim) {
              case Dim.Fixed(long size) -> size;
              case Dim.Symbol symbol ->
                  switch (symbol) {
                    case TOKENS -> tokens;
                    case ROWS -> rows;
                    case ROW_BOUNDS -> rows + 1;
                  };
            })
        .toArray();
  }
}
