package kz.qaqpa.admission.quota;

import java.util.List;

/**
 * What a request asks for.
 *
 * @param promptTokens tokens of its prompts, cached or not
 * @param promptCharacters characters of their text
 * @param answers most tokens of each answer, each at least 1; none where there is no answer
 */
public record Demand(long promptTokens, long promptCharacters, List<Integer> answers) {
  /**
   * Characters reserved for each token of an answer where characters are limited. Texts of the
   * languages served here have 1.6 to 5; an answer that has more on average ends early.
   */
  public static final int CHARACTERS_PER_TOKEN = 8;

  /** A copy of the list is kept. */
  public Demand {
    answers = List.copyOf(answers);
  }

  /** Tokens of all answers if none is longer than {@code cap}. */
  public long output(int cap) {
    long sum = 0;
    for (int i = 0; i < answers.size(); i++) {
      sum += Math.min(answers.get(i), cap);
    }
    return sum;
  }

  /** The longest answer. */
  public int longest() {
    int longest = 0;
    for (int i = 0; i < answers.size(); i++) {
      longest = Math.max(longest, answers.get(i));
    }
    return longest;
  }

  /**
   * The largest cap under which all answers together stay within {@code tokens}; 0 if there is
   * none.
   */
  int capWithin(long tokens) {
    int low = 0;
    int high = longest();
    if (output(high) <= tokens) {
      return high;
    }
    while (low < high) {
      int middle = (int) (((long) low + high + 1) >>> 1);
      if (output(middle) <= tokens) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }
}
