package kz.qaqpa.tokenizer.bpe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The merge loop as the definition has it, to compare with: look at all pairs, merge the leftmost
 * of the lowest rank, begin again.
 */
final class NaiveBpe {
  private record Merge(int rank, int merged) {}

  private final Map<List<Integer>, Merge> merges = new HashMap<>();

  /** Per rank left, right, merged; of pairs named twice the last one counts. */
  NaiveBpe(int[] triples) {
    for (int rank = 0; 3 * rank < triples.length; rank++) {
      merges.put(
          List.of(triples[3 * rank], triples[3 * rank + 1]),
          new Merge(rank, triples[3 * rank + 2]));
    }
  }

  int[] merge(int[] symbols) {
    List<Integer> ids = new ArrayList<>();
    for (int symbol : symbols) {
      ids.add(symbol);
    }
    while (true) {
      int place = -1;
      Merge best = new Merge(Integer.MAX_VALUE, -1);
      for (int i = 0; i + 1 < ids.size(); i++) {
        Merge merge = merges.get(ids.subList(i, i + 2));
        if (merge != null && merge.rank < best.rank) {
          best = merge;
          place = i;
        }
      }
      if (place < 0) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
      }
      ids.set(place, best.merged);
      ids.remove(place + 1);
    }
  }
}
