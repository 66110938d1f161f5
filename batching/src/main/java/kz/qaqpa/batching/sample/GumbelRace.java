package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.mark.GumbelMark;
import kz.qaqpa.batching.mark.Marking;

/**
 * Confined to the step loop. Draws a token by the watermark's noise: who has the highest sum of
 * score and noise wins, of equal sums the lower id. The order of entering does not matter, and
 * neither does who else enters without a chance, so candidates and the whole vocabulary give the
 * same winner.
 *
 * <p>Most entrants cost no logarithm and many no word: noise has a highest value, so that a score
 * far enough behind cannot win, and nearly all words are told by a comparison to be too low. Both
 * leave out only who surely loses.
 */
final class GumbelRace {
  private final GumbelMark noise = new GumbelMark();
  private int winner;
  private double lead;

  /** Begins the draw of an answer's next token; at least one token has to enter. */
  void start(Marking marking) {
    marking.set(noise);
    winner = -1;
    lead = Double.NEGATIVE_INFINITY;
  }

  /**
   * Enters a token.
   *
   * @return whether it took the lead
   */
  boolean enter(int id, double score) {
    if (winner < 0) {
      winner = id;
      lead = score + GumbelMark.gumbel(noise.word(id));
      return true;
    }
    return score >= reach() && passes(id, score);
  }

  private boolean passes(int id, double score) {
    int word = noise.word(id);
    if (GumbelMark.isSurelyBelow(lead - score, word)) {
      return false;
    }
    double sum = score + GumbelMark.gumbel(word);
    boolean leads = sum > lead || (sum == lead && id < winner);
    if (leads) {
      winner = id;
      lead = sum;
    }
    return leads;
  }

  /**
   * Enters the whole vocabulary, of which the best are in the race.
   *
   * @param logits of all tokens
   * @param top the highest of them, which scores 0
   * @param most the highest logit that may not be in the race yet
   */
  void enterAll(float[] logits, double top, double most, double temperature) {
    int lowest = GumbelMark.lowest(lead - (most - top) / temperature);
    for (int from = 0; from < logits.length; from += GumbelMark.RUN) {
      int to = Math.min(from + GumbelMark.RUN, logits.length);
      if (highest(logits, from, to) < top + reach() * temperature) {
        continue;
      }
      noise.run(from);
      for (int id = noise.nextHigh(from, lowest); id < to; id = noise.nextHigh(id + 1, lowest)) {
        if (enter(id, (logits[id] - top) / temperature)) {
          lowest = GumbelMark.lowest(lead - (most - top) / temperature);
        }
      }
    }
  }

  private static float highest(float[] logits, int from, int to) {
    float highest = Float.NEGATIVE_INFINITY;
    for (int id = from; id < to; id++) {
      highest = Math.max(highest, logits[id]);
    }
    return highest;
  }

  /** The score below which no token can win any more, whatever its noise. */
  double reach() {
    return lead - GumbelMark.MOST_NOISE;
  }

  int winner() {
    return winner;
  }
}
