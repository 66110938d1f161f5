package kz.qaqpa.batching.mark;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Immutable; any thread. The watermark of one answer: under which key its tokens are drawn, and
 * which of them.
 *
 * <pre>
 * Serving     A token is marked if four tokens of the answer precede it and this answer has not had
 *             these four before. All others are drawn by the request's own seed, like every token
 *             without a watermark. So no noise is used twice in an answer, which keeps the
 *             probability of the answer as a whole what it was; and answers to one prompt part
 *             before the noise sets in. The key is one of sixteen, by the seed, and each choice of
 *             a request has another: from equal beginnings they go on differently.
 * Compatible  Every token is marked, under one given key, as vLLM does with {@code
 *             deduplicate_contexts} "none": for comparing bits. The same prompt then always has the
 *             same answer.
 * </pre>
 *
 * <p>Greedy answers have no watermark: they are not drawn.
 */
public final class Watermark {
  /** Keys that answers are shared out to. */
  public static final int SUB_KEYS = 16;

  /** Tells the choice of a key apart from the draws of the same seed. */
  private static final long SEED_TAG = 0x6B61_7A61_715F_7761L;

  private final long[] keys;
  private final int chosen;
  private final boolean compatible;

  private Watermark(long[] keys, int chosen, boolean compatible) {
    this.keys = keys;
    this.chosen = chosen;
    this.compatible = compatible;
  }

  /**
   * The watermark of a request in serving mode.
   *
   * @param subKeys {@link #SUB_KEYS} of them; copied
   * @param seed of the request: the client's, or a random one, so that the key is random too
   */
  public static Watermark serving(long[] subKeys, long seed) {
    if (subKeys.length != SUB_KEYS) {
      throw new IllegalArgumentException(
          "watermark: " + subKeys.length + " keys (expected: " + SUB_KEYS + ")");
    }
    int chosen = (int) (SplitMix.mix(seed ^ SEED_TAG) >>> 60);
    return new Watermark(subKeys.clone(), chosen, false);
  }

  /** A watermark that marks every token under this key. */
  public static Watermark compatible(long key) {
    return new Watermark(new long[] {key}, 0, true);
  }

  /** The watermark of choice {@code i} of several: of sixteen choices, no two have the same key. */
  public Watermark choice(int i) {
    return new Watermark(keys, Math.floorMod(chosen + i, keys.length), compatible);
  }

  /** Which of its keys it draws by, from 0. */
  public int subKey() {
    return chosen;
  }

  /**
   * What an answer that is about to begin needs.
   *
   * @param expectedTokens of the answer; more are possible
   */
  public Marking begin(int expectedTokens) {
    return new Marking(keys[chosen], compatible, expectedTokens);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Watermark that
        && chosen == that.chosen
        && compatible == that.compatible
        && Arrays.equals(keys, that.keys);
  }

  @Override
  public int hashCode() {
    return 31 * chosen + Arrays.hashCode(keys);
  }

  /** Without keys. */
  @Override
  public String toString() {
    return compatible ? "compatible" : "key " + chosen + " of " + keys.length;
  }
}
