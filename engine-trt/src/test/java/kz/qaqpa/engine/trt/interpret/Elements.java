package kz.qaqpa.engine.trt.interpret;

import java.util.Arrays;
import java.util.stream.IntStream;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Node;

/** Operations on elements, rows and matrices; the last argument is the result. */
final class Elements {
  private Elements() {}

  static void gather(Value table, Value indices, Value result) {
    int columns = table.last();
    for (int i = 0; i < indices.count(); i++) {
      System.arraycopy(
          table.floats(), indices.integers()[i] * columns, result.floats(), i * columns, columns);
    }
  }

  static void gatherElements(Value data, Value indices, Value result) {
    int chosen = indices.last();
    for (int i = 0; i < indices.count(); i++) {
      result.floats()[i] = data.floats()[i / chosen * data.last() + indices.integers()[i]];
    }
  }

  static void matMul(Value x, Value matrix, Value result) {
    int sums = x.last();
    int outputs = matrix.dim(0);
    IntStream.range(0, outputs)
        .parallel()
        .forEach(o -> {
          for (int t = 0; t < x.dim(0); t++) {
            double sum = 0;
            for (int k = 0; k < sums; k++) {
              sum += (double) x.floats()[t * sums + k] * matrix.floats()[o * sums + k];
            }
            result.floats()[t * outputs + o] = Rounding.to(result.type(), sum);
          }
        });
  }

  static void dequantize(Value codes, Value scale, Value result) {
    for (int i = 0; i < codes.count(); i++) {
      result.floats()[i] = Rounding.to(result.type(), codes.floats()[i] * scale.floats()[0]);
    }
  }

  static void cast(Value x, Value result) {
    for (int i = 0; i < x.count(); i++) {
      result.floats()[i] = Rounding.to(result.type(), x.floats()[i]);
    }
  }

  static void unary(Node.UnaryOp op, Value x, Value result) {
    for (int i = 0; i < x.count(); i++) {
      double v = x.floats()[i];
      double y =
          switch (op) {
            case SQRT -> Math.sqrt(v);
            case RECIPROCAL -> 1 / v;
            case EXP -> Math.exp(v);
            case LOG -> Math.log(v);
            case SIGN -> Math.signum(v);
            case SIGMOID -> 1 / (1 + Math.exp(-v));
          };
      result.floats()[i] = Rounding.to(result.type(), y);
    }
  }

  static void binary(Node.BinaryOp op, Value a, Value b, Value result) {
    int columns = result.last();
    int rows = result.count() / columns;
    for (int row = 0; row < rows; row++) {
      int left = rowOf(row, result, a);
      int right = rowOf(row, result, b);
      for (int i = 0; i < columns; i++) {
        double x = a.floats()[left + (a.last() == 1 ? 0 : i)];
        double y = b.floats()[right + (b.last() == 1 ? 0 : i)];
        double z =
            switch (op) {
              case ADD -> x + y;
              case SUB -> x - y;
              case MUL -> x * y;
            };
        result.floats()[row * columns + i] = Rounding.to(result.type(), z);
      }
    }
  }

  /** Where the row of an operand begins that is repeated to the result's sizes. */
  private static int rowOf(int row, Value result, Value operand) {
    int source = 0;
    int stride = operand.last();
    int left = row;
    for (int axis = result.rank() - 2; axis >= 0; axis--) {
      int at = left % result.dim(axis);
      left /= result.dim(axis);
      source += operand.dim(axis) == 1 ? 0 : at * stride;
      stride *= operand.dim(axis);
    }
    return source;
  }

  static void reduce(Node.ReduceOp op, Value x, Value result) {
    int columns = x.last();
    for (int row = 0; row < result.count(); row++) {
      IntStream elements = IntStream.range(row * columns, (row + 1) * columns);
      var values = elements.mapToDouble(i -> x.floats()[i]);
      double y =
          switch (op) {
            case MAX -> values.max().orElseThrow();
            case MEAN -> values.sum() / columns;
            case SUM -> values.sum();
          };
      result.floats()[row] = Rounding.to(result.type(), y);
    }
  }

  static void slice(Value x, int axis, int start, Value result) {
    int inner = 1;
    for (int a = axis + 1; a < x.rank(); a++) {
      inner *= x.dim(a);
    }
    int from = x.dim(axis) * inner;
    int length = result.dim(axis) * inner;
    for (int outer = 0; outer * length < result.count(); outer++) {
      System.arraycopy(
          x.floats(), outer * from + start * inner, result.floats(), outer * length, length);
    }
  }

  static void topK(Value x, int k, Value values, Value indices) {
    if (indices.type() != ElementType.INT32) {
      throw new IllegalArgumentException(indices.type() + " (expected: INT32)");
    }
    int columns = x.last();
    long[] ranked = new long[columns];
    for (int row = 0; row < x.dim(0); row++) {
      for (int i = 0; i < columns; i++) {
        // Zeros of either sign are equal; integers in the order of floats, then the index.
        int bits = Float.floatToIntBits(x.floats()[row * columns + i] + 0f);
        ranked[i] = (long) (bits < 0 ? bits ^ Integer.MAX_VALUE : bits) << 32 | i;
      }
      Arrays.sort(ranked);
      for (int rank = 0; rank < k; rank++) {
        int best = (int) ranked[columns - 1 - rank];
        indices.integers()[row * k + rank] = best;
        values.floats()[row * k + rank] = x.floats()[row * columns + best];
      }
    }
  }
}
