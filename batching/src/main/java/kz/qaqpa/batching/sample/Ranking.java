package kz.qaqpa.batching.sample;

/**
 * Confined to the step loop. Tokens that are still in the draw, with their scores: filtered, ranked
 * and drawn from without allocation. A score s stands for the weight e^s; of equal scores the lower
 * token id ranks first.
 */
final class Ranking {
  private final int[] ids;
  private final double[] scores;
  private int size;

  Ranking(int vocabulary) {
    this.ids = new int[vocabulary];
    this.scores = new double[vocabulary];
  }

  void clear() {
    size = 0;
  }

  void add(int id, double score) {
    ids[size] = id;
    scores[size++] = score;
  }

  int size() {
    return size;
  }

  int id(int place) {
    return ids[place];
  }

  /** Makes the best score 0 and divides all by the temperature. */
  void scale(double temperature) {
    double best = scores[best()];
    for (int i = 0; i < size; i++) {
      scores[i] = (scores[i] - best) / temperature;
    }
  }

  /** The token at which the running sum of weights passes the share {@code u} of all. */
  int draw(double u) {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += Math.exp(scores[i]);
    }
    double target = u * total;
    double sum = 0;
    int i = 0;
    while (i < size - 1 && (sum += Math.exp(scores[i])) <= target) {
      i++;
    }
    return ids[i];
  }

  /** Ranks the first {@code n} places among themselves, best first. */
  void rank(int n) {
    heapify(n);
    for (int left = n - 1; left > 0; left--) {
      swap(0, left);
      siftDown(0, left);
    }
    for (int i = 0; i < n / 2; i++) {
      swap(i, n - 1 - i);
    }
  }

  /** The place of the best token. */
  int best() {
    int best = 0;
    for (int i = 1; i < size; i++) {
      if (isBetter(i, best)) {
        best = i;
      }
    }
    return best;
  }

  /** Drops what scores less than {@code floor}. */
  void keepAtLeast(double floor) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (scores[i] >= floor) {
        ids[kept] = ids[i];
        scores[kept] = scores[i];
        kept++;
      }
    }
    size = kept;
  }

  /**
   * Keeps the best {@code topK} tokens, and of those the fewest whose share reaches {@code topP},
   * best first. Takes them off a heap, to the end of the arrays, until there are enough.
   */
  void keepBest(int topK, double topP) {
    int n = size;
    heapify(n);
    double all = 0;
    if (topP < 1 && topK == n) {
      for (int i = 0; i < n; i++) {
        all += Math.exp(scores[i]);
      }
    }
    double taken = 0;
    int kept = 0;
    while (kept < topK && !(all > 0 && taken >= topP * all)) {
      taken += Math.exp(scores[0]);
      kept++;
      swap(0, n - kept);
      siftDown(0, n - kept);
    }
    for (int i = 0; i < kept; i++) { // Best first again, at the front.
      int source = n - 1 - i;
      if (i < source) {
        swap(i, source);
      }
    }
    size = kept;
    if (topP < 1 && all == 0) {
      cutToShare(topP * taken);
    }
  }

  private void cutToShare(double mass) {
    double taken = 0;
    int kept = 0;
    while (kept < size && taken < mass) {
      taken += Math.exp(scores[kept++]);
    }
    size = Math.max(1, kept);
  }

  private void heapify(int n) {
    for (int i = n / 2 - 1; i >= 0; i--) {
      siftDown(i, n);
    }
  }

  private void siftDown(int from, int n) {
    int i = from;
    while (2 * i + 1 < n) {
      int child = 2 * i + 1;
      if (child + 1 < n && isBetter(child + 1, child)) {
        child++;
      }
      if (!isBetter(child, i)) {
        return;
      }
      swap(i, child);
      i = child;
    }
  }

  private boolean isBetter(int a, int b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && ids[a] < ids[b]);
  }

  /** Exchanges two places. */
  void swap(int a, int b) {
    int id = ids[a];
    double score = scores[a];
    ids[a] = ids[b];
    scores[a] = scores[b];
    ids[b] = id;
    scores[b] = score;
  }
}
