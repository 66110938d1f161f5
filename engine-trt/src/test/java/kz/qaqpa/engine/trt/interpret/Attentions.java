package kz.qaqpa.engine.trt.interpret;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Rotation, cache and attention, as the nodes describe them. */
final class Attentions {
  private Attentions() {}

  static void rotary(Value x, Value cosines, Value sines, Value positions, Value result) {
    int d = x.last();
    int heads = x.dim(1);
    for (int token = 0; token < x.dim(0); token++) {
      int angles = positions.integers()[token] * (d / 2);
      for (int head = 0; head < heads; head++) {
        int at = (token * heads + head) * d;
        for (int i = 0; i < d / 2; i++) {
          double cos = cosines.floats()[angles + i];
          double sin = sines.floats()[angles + i];
          double a = x.floats()[at + i];
          double b = x.floats()[at + i + d / 2];
          result.floats()[at + i] = Rounding.to(result.type(), a * cos - b * sin);
          result.floats()[at + i + d / 2] = Rounding.to(result.type(), b * cos + a * sin);
        }
      }
    }
  }

  /** Where the tokens of a row begin; one each without lengths. */
  private static int begin(@Nullable Value lengths, int row) {
    return lengths == null ? row : lengths.integers()[row];
  }

  /** Writes beyond the capacity are ignored. */
  static void update(Value cache, Value update, Value write, @Nullable Value lengths) {
    int heads = cache.dim(1);
    int capacity = cache.dim(2);
    int d = cache.dim(3);
    for (int row = 0; row < cache.dim(0); row++) {
      int begin = begin(lengths, row);
      for (int token = begin; token < begin(lengths, row + 1); token++) {
        int position = write.integers()[row] + token - begin;
        for (int head = 0; head < heads && position >= 0 && position < capacity; head++) {
          System.arraycopy(
              update.floats(),
              (token * heads + head) * d,
              cache.floats(),
              ((row * heads + head) * capacity + position) * d,
              d);
        }
      }
    }
  }

  static void attend(
      Value queries,
      Value keys,
      Value values,
      @Nullable Value queryLengths,
      Value kvLengths,
      Value result) {
    int heads = queries.dim(1);
    int d = queries.last();
    Arrays.fill(result.floats(), Float.NaN);
    for (int row = 0; row < keys.dim(0); row++) {
      int begin = begin(queryLengths, row);
      int end = begin(queryLengths, row + 1);
      int length = kvLengths.integers()[row];
      int slot = row;
      IntStream.range(begin, end)
          .parallel()
          .forEach(token -> {
            int seen = length - (end - begin) + (token - begin) + 1;
            for (int head = 0; head < heads; head++) {
              int kvHead = slot * keys.dim(1) + head / (heads / keys.dim(1));
              int base = kvHead * keys.dim(2) * d;
              attend(queries, (token * heads + head) * d, keys, values, base, seen, result);
            }
          });
    }
  }

  /**
   * One query. Fused kernels round the unnormalised weights to the format of the values and divide
   * by their exact sum at the end (Dao et al., "FlashAttention", 2022); so does this.
   */
  private static void attend(
      Value queries, int at, Value keys, Value values, int base, int seen, Value result) {
    int d = queries.last();
    double[] scores = new double[Math.max(seen, 0)];
    for (int s = 0; s < scores.length; s++) {
      for (int i = 0; i < d; i++) {
        scores[s] += (double) queries.floats()[at + i] * keys.floats()[base + s * d + i];
      }
    }
    double max = Arrays.stream(scores).max().orElse(0);
    double sum = 0;
    double[] mixed = new double[d];
    for (int s = 0; s < scores.length; s++) {
      double weight = Math.exp(scores[s] - max);
      sum += weight;
      double rounded = Rounding.to(values.type(), weight);
      for (int i = 0; i < d; i++) {
        mixed[i] += rounded * values.floats()[base + s * d + i];
      }
    }
    for (int i = 0; i < d; i++) {
      result.floats()[at + i] = Rounding.to(result.type(), mixed[i] / sum);
    }
  }
}
