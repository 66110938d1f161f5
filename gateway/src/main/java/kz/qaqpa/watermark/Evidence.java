package kz.qaqpa.watermark;

import kz.qaqpa.batching.mark.GumbelMark;
import kz.qaqpa.batching.mark.SeenContexts;

/**
 * Confined to its owner. A row of tokens and which of them can speak for a watermark: those whose
 * context is complete and occurs for the first time, which are the ones that an answer is marked
 * at. Where the row is a part of an answer, or holds one, the others are noise and no more.
 */
final class Evidence {
  private final int[] tokens;
  private final int[] places; // of the tokens that are scored
  private final GumbelMark noise = new GumbelMark();
  private int scored;

  /**
   * Finds the places.
   *
   * @param fromStart whether tokens are scored whose context begins before the row, as vLLM's
   *     detector does
   */
  Evidence(int[] tokens, boolean fromStart) {
    this.tokens = tokens;
    this.places = new int[tokens.length];
    SeenContexts seen = new SeenContexts(tokens.length);
    for (int i = 0; i < tokens.length; i++) {
      if (i < GumbelMark.CONTEXT ? fromStart : seen.add(tokens, i)) {
        places[scored++] = i;
      }
    }
  }

  /** Number of tokens that are scored. */
  int scored() {
    return scored;
  }

  /** The sum of what the scored tokens say under a key; n without a mark, on average. */
  double score(long key) {
    double sum = 0;
    for (int i = 0; i < scored; i++) {
      int place = places[i];
      noise.at(key, token(place - 4), token(place - 3), token(place - 2), token(place - 1));
      sum += GumbelMark.evidence(noise.word(tokens[place]));
    }
    return sum;
  }

  private int token(int place) {
    return place < 0 ? GumbelMark.PADDING : tokens[place];
  }
}
