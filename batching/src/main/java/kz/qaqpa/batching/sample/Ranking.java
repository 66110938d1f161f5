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
  private final Cut cut;

  Ranking(int vocabulary) {
    this.ids = new int[vocabulary];
    this.scores = new double[vocabulary];
    this.weights = new double[vocabulary];
    this.cut = new Cut(vocabulary);
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

  /** Keeps of a whole vocabulary what scores at least {@code floor}, the best having 0. */
  void fill(float[] logits, double best, double temperature, double floor) {
    clear();
    double lowest = 0;
    for (int id = 0; id < logits.length; id++) {
      double score = (logits[id] - best) / temperature;
      scores[id] = score;
      ids[id] = id;
      lowest = Math.min(lowest, score);
    }
    size = logits.length;
    if (!(lowest >= floor)) {
      keepAtLeast(floor);
    }
  }

  private void weigh() {
    if (!isWeighed) {
      Exponential.fill(scores, weights, size);
      isWeighed = true;
    }
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

  /** The sum of all weights, in four parts: one alone would wait for each addition. */
  private double total() {
    double a = 0;
    double b = 0;
    double c = 0;
    double d = 0;
    int i = 0;
    for (; i < size - 3; i += 4) {
      a += weights[i];
      b += weights[i + 1];
      c += weights[i + 2];
      d += weights[i + 3];
    }
    for (; i < size; i++) {
      a += weights[i];
    }
    return (a + b) + (c + d);
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
      double score = scores[i];
      ids[kept] = ids[i];
      scores[kept] = score;
      weights[kept] = weights[i];
      kept += score >= floor ? 1 : 0; // No branch: which way it goes is anybody's guess.
    }
    size = kept;
  }

  /**
   * Keeps the best {@code topK} tokens, and of those the fewest best whose share reaches {@code
   * topP}. They stay in the order in which they were.
   */
  void keepBest(int topK, double topP) {
    if (topK < size) {
      cut(topK, false);
    }
    if (topP < 1) {
      weigh();
      cut(topP * total(), true);
    }
  }

  /** Keeps the fewest best tokens that reach the target. */
  private void cut(double target, boolean byWeight) {
    cut.find(ids, scores, weights, byWeight, size, target);
    keepAtLeast(cut.score());
    int ties = 0;
    for (int i = 0; i < size; i++) {
      ties += scores[i] == cut.score() ? 1 : 0;
    }
    if (ties > 1) {
      dropTies(cut.score(), cut.id());
    }
  }

  private void dropTies(double score, int highest) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (scores[i] != score || ids[i] <= highest) {
        ids[kept] = ids[i];
        scores[kept] = scores[i];
        weights[kept++] = weights[i];
      }
    }
    size = kept;
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
