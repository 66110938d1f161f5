package kz.qaqpa.batching.sample;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Immutable; any thread. Tokens that must never be sampled: made once for a model and shared by its
 * requests.
 *
 * <p>What is masked is as if the model did not have it: greedy takes the best of the rest, filters
 * and draws see the rest alone. Log probabilities are of the model's own distribution all the same.
 */
public final class TokenMask {
  private final BitSet masked;
  private final int[] ids; // ascending

  private TokenMask(BitSet masked) {
    this.masked = masked;
    this.ids = masked.stream().toArray();
  }

  /**
   * A mask of these tokens.
   *
   * @param vocabulary number of token ids of the model
   * @param ids may repeat; a stop token among them could never end an answer
   * @throws IllegalArgumentException if an id is not a token, or no token would be left
   */
  public static TokenMask of(int vocabulary, int... ids) {
    BitSet masked = new BitSet(vocabulary);
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "mask: token " + id + " (expected: 0 to " + (vocabulary - 1) + ")");
      }
      masked.set(id);
    }
    if (masked.cardinality() == vocabulary) {
      throw new IllegalArgumentException(
          "mask: all " + vocabulary + " tokens (expected: at least one is left)");
    }
    return new TokenMask(masked);
  }

  /** Whether a token must not be sampled. */
  public boolean contains(int id) {
    return masked.get(id);
  }

  /** Number of masked tokens. */
  public int size() {
    return ids.length;
  }

  /** The masked tokens, ascending. */
  public IntStream ids() {
    return IntStream.of(ids);
  }

  /** The largest masked token, -1 without any: it has to be less than the vocabulary's size. */
  public int largestId() {
    return masked.length() - 1;
  }

  /** The masked token of this place, in ascending order. */
  int idAt(int place) {
    return ids[place];
  }

  /** The lowest token that may be sampled. */
  int firstAllowed() {
    return masked.nextClearBit(0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenMask that && masked.equals(that.masked);
  }

  @Override
  public int hashCode() {
    return masked.hashCode();
  }

  @Override
  public String toString() {
    return ids.length + " tokens";
  }
}
