package kz.qaqpa.label.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found about one text.
 *
 * @param index the choice that it is, or is said to be; null if it is none of several
 * @param outcome what it is
 * @param tolerances what had to be overlooked
 * @param mixing letters of another script in its words, of an altered text
 * @param lookalikesOnly whether nothing but these letters was changed
 * @param otherLabel the label that was made for it, of a text of another answer
 */
public record Finding(
    @Nullable Integer index,
    Outcome outcome,
    List<Tolerance> tolerances,
    List<ScriptMixing.Place> mixing,
    boolean lookalikesOnly,
    @Nullable String otherLabel) {

  /** What a text is. */
  public enum Outcome {
    /** As it was delivered. */
    SAME,
    /** Not what was delivered. */
    ALTERED,
    /** What was delivered as another choice of this answer. */
    OTHER_CHOICE,
    /** What was delivered as another answer. */
    OTHER_ANSWER
  }

  static Finding same(int index, List<Tolerance> tolerances) {
    return new Finding(index, Outcome.SAME, tolerances, List.of(), false, null);
  }

  static Finding otherChoice(int said) {
    return new Finding(said, Outcome.OTHER_CHOICE, List.of(), List.of(), false, null);
  }

  static Finding otherAnswer(@Nullable Integer index, String label) {
    return new Finding(index, Outcome.OTHER_ANSWER, List.of(), List.of(), false, label);
  }

  static Finding altered(
      @Nullable Integer index, List<ScriptMixing.Place> mixing, boolean lookalikesOnly) {
    return new Finding(index, Outcome.ALTERED, List.of(), mixing, lookalikesOnly, null);
  }
}
