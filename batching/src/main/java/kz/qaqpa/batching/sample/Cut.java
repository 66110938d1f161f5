package kz.qaqpa.batching.sample;

import java.util.Arrays;

/**
 * Confined to the step loop. Finds the last of the fewest best tokens that together reach a target.
 * A histogram of scores tells in which narrow range of them it lies; only what lies in this range
 * is compared, by quickselect (Hoare 1961) that weighs each side. So a flat distribution of a large
 * vocabulary costs two passes and no sort.
 */
final class Cut {
  private static final int BUCKETS = 1024;
  private static final double SCALE = BUCKETS / -Exponential.LEAST;

  /** Below, a histogram is not worth while. */
  private static final int SMALL = 256;

  private final double[] sums = new double[BUCKETS];
  private final int[] places; // Of what lies in the range; before, the buckets of all.
  private int[] ids = {};
  private double[] scores = {};
  private double[] weights = {};
  private boolean byWeight;
  private double score;
  private int id;

  Cut(int vocabulary) {
    this.places = new int[vocabulary];
  }

  /**
   * Looks at the first {@code size} places, at least one.
   *
   * @param tokens their ids
   * @param howGood their scores, the best being 0
   * @param howHeavy what is summed up; null to count
   */
  void find(
      int[] tokens, double[] howGood, double[] howHeavy, boolean weighed, int size, double target) {
    ids = tokens;
    scores = howGood;
    weights = howHeavy;
    byWeight = weighed;
    double before = 0;
    int count = size;
    if (size <= SMALL) {
      for (int i = 0; i < size; i++) {
        places[i] = i;
      }
    } else {
      fillHistogram(size);
      int bucket = 0;
      while (bucket < BUCKETS - 1 && before + sums[bucket] < target) {
        before += sums[bucket++];
      }
      count = collect(bucket, size);
    }
    int last = count == 0 ? best(size) : places[select(count, before, target)];
    score = scores[last];
    id = ids[last];
  }

  private void fillHistogram(int size) {
    Arrays.fill(sums, 0);
    for (int i = 0; i < size; i++) {
      int bucket = Math.min((int) (scores[i] * -SCALE), BUCKETS - 1);
      places[i] = bucket;
      sums[bucket] += byWeight ? weights[i] : 1;
    }
  }

  private int collect(int wanted, int size) {
    int count = 0;
    for (int i = 0; i < size; i++) {
      int bucket = places[i]; // Read before it is written, as count is at most i.
      places[count] = i;
      count += bucket == wanted ? 1 : 0;
    }
    return count;
  }

  private int best(int size) {
    int best = 0;
    for (int i = 1; i < size; i++) {
      best = isBetter(i, best) ? i : best;
    }
    return best;
  }

  /** Where among the places the last one came to lie that is kept. */
  private int select(int count, double sum, double target) {
    int low = 0;
    int high = count;
    double before = sum;
    while (high - low > 1) {
      int pivot = partition(low, high);
      double better = before;
      for (int i = low; i < pivot; i++) {
        better += weight(i);
      }
      if (better >= target) {
        high = pivot;
      } else {
        before = better + weight(pivot);
        low = pivot + 1;
        if (before >= target) {
          return pivot;
        }
      }
    }
    return Math.max(high, 1) - 1;
  }

  private double weight(int i) {
    return byWeight ? weights[places[i]] : 1;
  }

  /** Splits a range at the middle one of three tokens; returns where that one came to lie. */
  private int partition(int low, int high) {
    int last = high - 1;
    int middle = (low + high) >>> 1;
    order(low, middle);
    order(low, last);
    order(last, middle); // Now the best is at low, and the middle one at last.
    int place = low;
    for (int i = low; i < last; i++) {
      if (isBetter(places[i], places[last])) {
        swap(i, place++);
      }
    }
    swap(place, last);
    return place;
  }

  /** The better one first. */
  private void order(int a, int b) {
    if (isBetter(places[b], places[a])) {
      swap(a, b);
    }
  }

  private void swap(int a, int b) {
    int place = places[a];
    places[a] = places[b];
    places[b] = place;
  }

  private boolean isBetter(int a, int b) {
    return scores[a] > scores[b] || (scores[a] == scores[b] && ids[a] < ids[b]);
  }

  /** The score of the one that was found. */
  double score() {
    return score;
  }

  /** Its id: of those with the same score, lower ids are kept. */
  int id() {
    return id;
  }
}
