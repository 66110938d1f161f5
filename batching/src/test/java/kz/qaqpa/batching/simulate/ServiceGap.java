package kz.qaqpa.batching.simulate;

import java.util.List;

/**
 * How far apart agencies were served while all of them had somebody waiting: for each second, the
 * most and the least of what they got in the minute before, in weighted tokens a second.
 *
 * @param seconds one value for each second; 0 where fewer than two agencies waited all the minute
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, read once.
record ServiceGap(double[] seconds) {
  private static final int WINDOW = 60;

  static ServiceGap of(List<double[]> service, List<boolean[]> waited) {
    double[] gaps = new double[service.size()];
    for (int end = WINDOW; end < service.size(); end++) {
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < service.get(end).length; i++) {
        if (waitedAll(waited, end, i)) {
          double got = (service.get(end)[i] - service.get(end - WINDOW)[i]) / WINDOW;
          least = Math.min(least, got);
          most = Math.max(most, got);
        }
      }
      gaps[end] = Math.max(0, most - least);
    }
    return new ServiceGap(gaps);
  }

  private static boolean waitedAll(List<boolean[]> waited, int end, int agency) {
    for (int second = end - WINDOW + 1; second <= end; second++) {
      if (!waited.get(second)[agency]) {
        return false;
      }
    }
    return true;
  }

  double most() {
    double most = 0;
    for (double gap : seconds) {
      most = Math.max(most, gap);
    }
    return most;
  }

  /** The mean of the seconds in which there was one. */
  double mean() {
    double sum = 0;
    int count = 0;
    for (double gap : seconds) {
      sum += gap;
      count += gap > 0 ? 1 : 0;
    }
    return count == 0 ? 0 : sum / count;
  }
}
