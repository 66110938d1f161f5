package kz.qaqpa.batching.sample;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Immutable; any thread. Tokens that must never be sampled: made once for a model and shared by its
 * requests, or made for one. It names either what is masked or what is left.
 *
 * <p>What is masked is as if the model did not have it: greedy takes the best of the rest, filters
 * and draws see the rest alone. Log probabilities are of the model's own distribution all the same.
 */
public final class TokenMask {
  private final int vocabulary;
  private final BitSet masked; // Of a mask that names what is left: empty.
  private final int[] ids; // ascending, of the masked ones
  private final int @Nullable [] left; // ascending, if only these are left

  private TokenMask(int vocabulary, BitSet masked, int @Nullable [] left) {
    this.vocabulary = vocabulary;
    this.masked = masked;
    this.ids = masked.stream().toArray();
    this.left = left;
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
      masked.set(checked(vocabulary, id));
    }
    if (masked.cardinality() == vocabulary) {
      throw new IllegalArgumentException(
          "mask: all " + vocabulary + " tokens (expected: at least one is left)");
    }
    return new TokenMask(vocabulary, masked, null);
  }

  /**
   * A mask of all tokens but these: one of them is forced.
   *
   * @param vocabulary number of token ids of the model
   * @param ids may repeat
   * @throws IllegalArgumentException if an id is not a token, or there is none
   */
  public static TokenMask only(int vocabulary, int... ids) {
    for (int id : ids) {
      checked(vocabulary, id);
    }
    return new TokenMask(vocabulary, new BitSet(), someOf(IntStream.of(ids).sorted().distinct()));
  }

  /**
   * This mask, and these tokens beside it.
   *
   * @throws IllegalArgumentException if no token would be left
   */
  public TokenMask plus(int... more) {
    if (left == null) {
      return of(vocabulary, IntStream.concat(ids(), IntStream.of(more)).toArray());
    }
    return new TokenMask(
        vocabulary,
        masked,
        someOf(IntStream.of(left).filter(id -> IntStream.of(more).noneMatch(m -> m == id))));
  }

  /**
   * A mask of all tokens but those of these that this one does not mask.
   *
   * @throws IllegalArgumentException if no token would be left
   */
  public TokenMask among(int... ids) {
    return only(vocabulary, IntStream.of(ids).filter(id -> !contains(id)).toArray());
  }

  private static int[] someOf(IntStream left) {
    int[] ids = left.toArray();
    if (ids.length == 0) {
      throw new IllegalArgumentException("mask: no token is left (expected: at least one)");
    }
    return ids;
  }

  private static int checked(int vocabulary, int id) {
    if (id < 0 || id >= vocabulary) {
      throw new IllegalArgumentException(
          "mask: token " + id + " (expected: 0 to " + (vocabulary - 1) + ")");
    }
    return id;
  }

  /** Whether a token must not be sampled. */
  public boolean contains(int id) {
    return left == null ? masked.get(id) : Arrays.binarySearch(left, id) < 0;
  }

  /** Number of masked tokens; 0 if the mask names what is left. */
  public int size() {
    return ids.length;
  }

  /** The masked tokens, ascending; none if the mask names what is left. */
  public IntStream ids() {
    return IntStream.of(ids);
  }

  /** The largest token that it names, -1 without any: less than the vocabulary's size. */
  public int largestId() {
    return left == null ? masked.length() - 1 : left[left.length - 1];
  }

  /** The masked token of this place, in ascending order. */
  int idAt(int place) {
    return ids[place];
  }

  /** Whether the mask names what is left. */
  boolean isNarrow() {
    return left != null;
  }

  /** How many tokens it leaves, if it names them; else 0. */
  int leftSize() {
    return left == null ? 0 : left.length;
  }

  /** The token of this place among those that it leaves. */
  int leftAt(int place) {
    return Objects.requireNonNull(left)[place];
  }

  /** The lowest token that may be sampled. */
  int firstAllowed() {
    return left == null ? masked.nextClearBit(0) : left[0];
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TokenMask that
        && masked.equals(that.masked)
        && Arrays.equals(left, that.left);
  }

  @Override
  public int hashCode() {
    return 31 * masked.hashCode() + Arrays.hashCode(left);
  }

  @Override
  public String toString() {
    return left == null ? ids.length + " tokens" : "all but " + left.length + " tokens";
  }
}
