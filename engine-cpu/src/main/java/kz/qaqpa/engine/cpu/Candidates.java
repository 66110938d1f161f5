package kz.qaqpa.engine.cpu;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kz.qaqpa.engine.RankedRows;

/**
 * The best tokens of each row of a step. Filled row by row while the step runs; confined to the
 * engine's thread.
 *
 * <p>The best 64 of a row are found without sorting it: the vocabulary is laid out in columns, of
 * each column the maximum is taken (a loop that the JIT turns into vector instructions), and the
 * 64th best of these maxima bounds the 64th best logit from below. Few logits reach that bound; the
 * best of them are taken from a heap (the library's sort would allocate).
 */
final class Candidates extends RankedRows {
  private final int vocabulary;
  private final float[] row;
  private final float[] maxima;
  private final float[] heap;
  private final List<float[]> full = new ArrayList<>();
  private long[] keys;

  Candidates(int vocabulary, int maxRows) {
    super(Math.min(CANDIDATES, vocabulary), maxRows);
    int columns = columns(vocabulary);
    this.vocabulary = vocabulary;
    // Padded to whole columns with logits below every other.
    this.row = new float[Math.ceilDiv(vocabulary, columns) * columns];
    this.maxima = new float[columns];
    this.heap = new float[width()];
    this.keys = new long[columns];
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
    for (int parent = found / 2 - 1; parent >= 0; parent--) {
      sink(keys[parent], parent, found);
    }
    int best = id(keys[0]);
    int kept = Math.min(width(), found);
    for (int rank = 0; rank < kept; rank++) {
      int id = id(keys[0]);
      put(planRow, rank, id, row[id]);
      int left = found - 1 - rank;
      sink(keys[left], 0, left);
    }
    // Of the best logit the log-softmax is -ln(sum(exp(logit - best))), without cancellation.
    done(planRow, kept, row[best] - logprobs.get(start + best));
    if (keepAll) {
      keepAll(planRow);
    }
  }

  private void keepAll(int planRow) {
    int index = keep(planRow);
    if (index == full.size()) {
      full.add(new float[vocabulary]);
    }
    System.arraycopy(row, 0, full.get(index), 0, vocabulary);
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

  /** Puts a key where it belongs below a hole in the heap of keys, the greatest in front. */
  private void sink(long key, int hole, int size) {
    int at = hole;
    while (true) {
      int child = 2 * at + 1;
      if (child + 1 < size && keys[child + 1] > keys[child]) {
        child++;
      }
      if (child >= size || keys[child] <= key) {
        break;
      }
      keys[at] = keys[child];
      at = child;
    }
    keys[at] = key;
  }

  private int add(int found, int id) {
    if (found == keys.length) {
      keys = Arrays.copyOf(keys, 2 * found);
    }
    keys[found] = key(row[id], id);
    return found + 1;
  }

  @Override
  public void logits(int row, float[] into) {
    System.arraycopy(full.get(full(row)), 0, into, 0, vocabulary);
  }
}
