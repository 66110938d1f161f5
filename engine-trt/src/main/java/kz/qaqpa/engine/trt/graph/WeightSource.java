package kz.qaqpa.engine.trt.graph;

import java.util.List;

/** Where a weight's elements come from. Names are those of the checkpoint's tensors. */
public sealed interface WeightSource {

  /** Tensors with equally many columns, one below the other, converted to the weight's format. */
  record Rows(List<String> names) implements WeightSource {
    /** Copies the list. */
    public Rows {
      names = List.copyOf(names);
    }
  }

  /** As {@link Rows}, each row divided by its scale and rounded to {@link ElementType#FP8_E4M3}. */
  record Codes(List<String> names) implements WeightSource {
    /** Copies the list. */
    public Codes {
      names = List.copyOf(names);
    }
  }

  /**
   * The scale of each row of {@link Codes}, {@code [1, rows]}: its largest magnitude by 448; 1 for
   * a row of zeros.
   */
  record Scales(List<String> names) implements WeightSource {
    /** Copies the list. */
    public Scales {
      names = List.copyOf(names);
    }
  }

  /** {@code cos(position * frequency)}, {@code [positions, headDim / 2]}. */
  record Cosines() implements WeightSource {}

  /** {@code sin(position * frequency)}, {@code [positions, headDim / 2]}. */
  record Sines() implements WeightSource {}

  /** For each token id the number of ids from it on: {@code [1, vocabulary]}, falling to 1. */
  record IdRanks() implements WeightSource {}
}
