package kz.qaqpa.engine.trt.graph;

/** Size of a tensor along one axis: a number, or one of those that each step has its own of. */
public sealed interface Dim {

  /** A size that never changes. */
  static Dim of(long size) {
    return new Fixed(size);
  }

  /**
   * A number.
   *
   * @param size at least 1
   */
  record Fixed(long size) implements Dim {
    /** Checks the range. */
    public Fixed {
      if (size < 1) {
        throw new IllegalArgumentException("size: " + size + " (expected: >= 1)");
      }
    }

    @Override
    public String toString() {
      return Long.toString(size);
    }
  }

  /** What a step decides. */
  enum Symbol implements Dim {
    /** Tokens of the step, all rows together, with those that fill it up. */
    TOKENS("T"),
    /** Rows of the step: the slots {@code [0, B)} of the KV cache. */
    ROWS("B"),
    /** One more than rows: where each row's tokens begin, and where the last ends. */
    ROW_BOUNDS("B+1");

    private final String sign;

    Symbol(String sign) {
      this.sign = sign;
    }

    @Override
    public String toString() {
      return sign;
    }
  }
}
