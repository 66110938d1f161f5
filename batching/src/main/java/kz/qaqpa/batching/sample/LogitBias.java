package kz.qaqpa.batching.sample;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Immutable; any thread. What a request adds to the logits of some tokens, before penalties and
 * temperature. A bias of 0 is dropped: it changes nothing.
 */
public final class LogitBias {
  /** Most entries of a request. */
  public static final int MOST_ENTRIES = 1024;

  /** Largest amount of a bias, up or down. */
  public static final float MOST_BIAS = 100;

  /** No entry at all. */
  public static final LogitBias NONE = new LogitBias(new int[0], new float[0]);

  private final int[] ids; // ascending
  private final float[] biases;
  private final boolean raises;

  private LogitBias(int[] ids, float[] biases) {
    this.ids = ids;
    this.biases = biases;
    boolean positive = false;
    for (float bias : biases) {
      positive |= bias > 0;
    }
    this.raises = positive;
  }

  /**
   * The biases of a request. Whether the ids are tokens of the model is for the caller to check,
   * see {@link #largestId}.
   *
   * @param entries token id to bias, at most {@link #MOST_ENTRIES}, each in [-100, 100]
   * @throws IllegalArgumentException if there are too many, or an id or a bias is out of range
   */
  public static LogitBias of(Map<Integer, Float> entries) {
    if (entries.size() > MOST_ENTRIES) {
      throw new IllegalArgumentException(
          "logit_bias: " + entries.size() + " entries (expected: at most " + MOST_ENTRIES + ")");
    }
    entries.forEach(LogitBias::check);
    List<Map.Entry<Integer, Float>> kept =
        entries.entrySet().stream()
            .filter(entry -> entry.getValue() != 0)
            .sorted(Comparator.comparing(Map.Entry::getKey))
            .toList();
    int[] ids = new int[kept.size()];
    float[] biases = new float[kept.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = kept.get(i).getKey();
      biases[i] = kept.get(i).getValue();
    }
    return ids.length == 0 ? NONE : new LogitBias(ids, biases);
  }

  private static void check(int id, float bias) {
    if (id < 0) {
      throw new IllegalArgumentException("logit_bias: token " + id + " (expected: >= 0)");
    }
    if (!(Math.abs(bias) <= MOST_BIAS)) { // NaN too.
      throw new IllegalArgumentException(
          "logit_bias." + id + ": " + bias + " (expected: -100 to 100)");
    }
  }

  /** Number of entries. */
  public int size() {
    return ids.length;
  }

  /** The largest token id, -1 without entries: it has to be less than the vocabulary's size. */
  public int largestId() {
    return ids.length == 0 ? -1 : ids[ids.length - 1];
  }

  /** The bias of a token, 0 if it has none. */
  float biasOf(int id) {
    int i = ids.length == 0 ? -1 : Arrays.binarySearch(ids, id);
    return i < 0 ? 0 : biases[i];
  }

  /** Whether any token is made more likely. */
  boolean raises() {
    return raises;
  }

  /** The token of an entry. */
  int idAt(int entry) {
    return ids[entry];
  }

  /** The bias of an entry. */
  float biasAt(int entry) {
    return biases[entry];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LogitBias that
        && Arrays.equals(ids, that.ids)
        && Arrays.equals(biases, that.biases);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(biases);
  }

  @Override
  public String toString() {
    return ids.length + " entries";
  }
}
