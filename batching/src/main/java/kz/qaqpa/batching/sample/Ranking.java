package kz.qaqpa.batching.sample;

/**
 * Confined to the step loop. Tokens that are still in the draw, with their scores: filtered, ranked
 * and drawn from without allocation. A score s stands for the weight e^s; of equal scores the lower
 * token id ranks first.
 */
final class Ranking {
  private final int[] ids;
  private final double[] scores;
  private final double[] weights; // Valid if isWeighed: e^score is taken once for each token.
  private boolean isWeighed;
  private int size;

  Ranking(int vocabulary) {
    this.ids = new int[vocabulary];
    this.scores = new double[vocabulary];
    this.weights = new double[vocabulary];
  }

  void clear() {
    size = 0;
    isWeighed = false;
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

  private void weigh() {
    for (int i = 0; i < size && !isWeighed; i++) {
      weights[i] = StrictMath.exp(scores[i]); // Strict: every machine draws the same token.
    }
    isWeighed = true;
  }

  /** The token at which the running sum of weights passes the share {@code u} of all. */
  int draw(double u) {
    weigh();
    double target = u * total();
    double sum = 0;
    int i = 0;
    while (i < size - 1 && (sum += weights[i]) <= target) {
      i++;
    }
    return ids[i];
  }

  private double total() {
    double total = 0;
    for (int i = 0; i < size; i++) {
      total += weights[i];
    }
    return total;
  }

  /** The winner of a race that was started; the best runs first, so that most need not. */
  int draw(GumbelRace race) {
    int best = best();
    race.enter(ids[best], scores[best]);
    for (int i = 0; i < size; i++) {
      race.enter(ids[i], scores[i]);
    }
    return race.winner();
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
        weights[kept] = weights[i];
        kept++;
      }
    }
    size = kept;
  }

  /**
   * Keeps the best {@code topK} tokens, and of those the fewest best whose share reaches {@code
   * topP}, in no order.
   */
  void keepBest(int topK, double topP) {
    if (topK < size) {
      size = select(topK, false);
    }
    if (topP < 1) {
      weigh();
      size = select(topP * total(), true);
    }
  }

  /**
   * Moves the fewest best tokens whose sum reaches {@code target} to the front: quickselect (Hoare
   * 1961) that weighs each side, linear on average, so that a flat distribution of a large
   * vocabulary costs no sort.
   *
   * @param byWeight whether to sum weights, or to count
   * @return how many they are
   */
  private int select(double target, boolean byWeight) {
    int low = 0;
    int high = size;
    double before = 0;
    while (high - low > 1) {
      int pivot = partition(low, high);
      double better = before;
      for (int i = low; i < pivot; i++) {
        better += byWeight ? weights[i] : 1;
      }
      if (better >= target) {
        high = pivot;
      } else {
        before = better + (byWeight ? weights[pivot] : 1);
        low = pivot + 1;
        if (before >= target) {
          return low;
        }
      }
    }
    return Math.max(high, Math.min(1, size));
  }

  /** Splits a range at the middle one of three tokens; returns where that one came to lie. */
  private int partition(int low, int high) {
    int last = high - 1;
    int middle = (low + high) >>> 1;
    if (isBetter(middle, low)) {
      swap(middle, low);
    }
    if (isBetter(last, low)) {
      swap(last, low);
    }
    if (isBetter(middle, last)) {
      swap(middle, last); // Now the best is at low, and the middle one at last.
    }
    int place = low;
    for (int i = low; i < last; i++) {
      if (isBetter(i, last)) {
        swap(i, place++);
      }
    }
    swap(place, last);
    return place;
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
    double weight = weights[a];
    ids[a] = ids[b];
    scores[a] = scores[b];
    weights[a] = weights[b];
    ids[b] = id;
    scores[b] = score;
    weights[b] = weight;
  }
}
