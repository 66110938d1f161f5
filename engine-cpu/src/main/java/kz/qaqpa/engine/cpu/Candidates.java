package kz.qaqpa.engine.cpu;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.engine.StepResult;

/**
 * The best tokens of each row of a step. Filled row by row while the step runs; confined to the
 * engine's thread.
 *
 * <p>The best 64 of a row are found without sorting it: the vocabulary is laid out in columns, of
 * each column the maximum is taken (a loop that the JIT turns into vector instructions), and the
 * 64th best of these maxima bounds the 64th best logit from below. Few logits reach that bound;
 * they are sorted as 64-bit keys: in the high half the logit in an order-preserving form, in the
 * low half the complement of the id, so that of equal logits the lower id comes first.
 */
final class Candidates implements StepResult {
  private final int vocabulary;
  private final int width;
  private final float[] row;
  private final float[] maxima;
  private final float[] heap;
  private final int[] counts;
  private final int[] ids;
  private final float[] values;
  private final float[] logSumExp;
  private final int[] fullIndex;
  private final List<float[]> full = new ArrayList<>();
  private long[] keys;
  private int fullRows;
  private int rows;

  Candidates(int vocabulary, int maxRows) {
    int columns = columns(vocabulary);
    this.vocabulary = vocabulary;
    this.width = Math.min(CANDIDATES, vocabulary);
    // Padded to whole columns with logits below every other.
    this.row = new float[Math.ceilDiv(vocabulary, columns) * columns];
    this.maxima = new float[columns];
    this.heap = new float[width];
    this.keys = new long[columns];
    this.counts = new int[maxRows];
    this.ids = new int[maxRows * width];
    this.values = new float[maxRows * width];
    this.logSumExp = new float[maxRows];
    this.fullIndex = new int[maxRows];
    Arrays.fill(row, Float.NEGATIVE_INFINITY);
  }

  /** A power of two near the root of 64 vocabularies: as many to bound as then to look through. */
  private static int columns(int vocabulary) {
    int columns = CANDIDATES;
    while ((long) columns * columns < (long) CANDIDATES * vocabulary) {
      columns *= 2;
    }
    return columns;
  }

  /** Begins a step in which no row has anything yet. */
  void begin(int planRows) {
    rows = planRows;
    fullRows = 0;
    Arrays.fill(counts, 0, planRows, 0);
    Arrays.fill(fullIndex, 0, planRows, -1);
    Arrays.fill(logSumExp, 0, planRows, Float.NaN);
  }

  /**
   * Takes a row's results.
   *
   * @param source index of the row in the buffers
   * @param logprobs log-softmax of the logits
   */
  void take(int planRow, int source, FloatBuffer logits, FloatBuffer logprobs, boolean keepAll) {
    int start = source * vocabulary;
    logits.get(start, row, 0, vocabulary);
    int found = collect(bound());
    Arrays.sort(keys, 0, found);
    int kept = Math.min(width, found);
    for (int rank = 0; rank < kept; rank++) {
      int id = ~(int) keys[found - 1 - rank];
      ids[planRow * width + rank] = id;
      values[planRow * width + rank] = row[id];
    }
    counts[planRow] = kept;
    int best = ids[planRow * width];
    // Of the best logit the log-softmax is -ln(sum(exp(logit - best))), without cancellation.
    logSumExp[planRow] = row[best] - logprobs.get(start + best);
    if (keepAll) {
      keepAll(planRow);
    }
  }

  private void keepAll(int planRow) {
    if (fullRows == full.size()) {
      full.add(new float[vocabulary]);
    }
    System.arraycopy(row, 0, full.get(fullRows), 0, vocabulary);
    fullIndex[planRow] = fullRows++;
  }

  /** A value that at least {@code width} logits reach. */
  private float bound() {
    columnMaxima(row, maxima);
    System.arraycopy(maxima, 0, heap, 0, heap.length);
    // A heap with the smallest in front; sorted is heap-ordered.
    Arrays.sort(heap);
    for (int i = heap.length; i < maxima.length; i++) {
      if (maxima[i] > heap[0]) {
        replaceSmallest(maxima[i]);
      }
    }
    return heap[0];
  }

  private static void columnMaxima(float[] row, float[] maxima) {
    System.arraycopy(row, 0, maxima, 0, maxima.length);
    for (int start = maxima.length; start < row.length; start += maxima.length) {
      for (int i = 0; i < maxima.length; i++) {
        maxima[i] = Math.max(maxima[i], row[start + i]);
      }
    }
  }

  private void replaceSmallest(float value) {
    int hole = 0;
    while (true) {
      int child = 2 * hole + 1;
      if (child + 1 < heap.length && heap[child + 1] < heap[child]) {
        child++;
      }
      if (child >= heap.length || heap[child] >= value) {
        break;
      }
      heap[hole] = heap[child];
      hole = child;
    }
    heap[hole] = value;
  }

  /** Puts the keys of all logits that reach the bound in front; looks only where one can be. */
  private int collect(float bound) {
    int found = 0;
    for (int column = 0; column < maxima.length; column++) {
      // Negated, so that a broken model's NaN is kept and seen, not silently dropped.
      if (!(maxima[column] < bound)) {
        for (int id = column; id < vocabulary; id += maxima.length) {
          if (!(row[id] < bound)) {
            found = add(found, id);
          }
        }
      }
    }
    return found;
  }

  private int add(int found, int id) {
    if (found == keys.length) {
      keys = Arrays.copyOf(keys, 2 * found);
    }
    int bits = Float.floatToIntBits(row[id] + 0f);
    int ordered = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    keys[found] = ((long) ordered << Integer.SIZE) | (~id & 0xFFFF_FFFFL);
    return found + 1;
  }

  @Override
  public int candidates(int row) {
    return counts[Objects.checkIndex(row, rows)];
  }

  @Override
  public int candidateId(int row, int rank) {
    return ids[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public float candidateLogit(int row, int rank) {
    return values[row * width + Objects.checkIndex(rank, candidates(row))];
  }

  @Override
  public float logSumExp(int row) {
    return logSumExp[Objects.checkIndex(row, rows)];
  }

  @Override
  public void logits(int row, float[] into) {
    int index = fullIndex[Objects.checkIndex(row, rows)];
    if (index < 0) {
      throw new IllegalStateException("logits of row " + row + ": the plan did not ask for all");
    }
    System.arraycopy(full.get(index), 0, into, 0, vocabulary);
  }
}
