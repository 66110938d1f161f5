package kz.qaqpa.batching.simulate;

import kz.qaqpa.batching.SchedulingPolicy;

/**
 * What a policy came to on a trace.
 *
 * @param seconds of the trace
 * @param outputRate tokens of answers a second
 * @param serviceRate weighted tokens a second
 * @param cachedShare part of all prompt tokens that was not computed
 * @param hostShare part of them that came from host blocks
 * @param preemptions how often a request gave up its slot
 * @param ttft times to the first token in seconds, shortest first
 * @param lightTtft the same of agencies that ask for no more than the average agency
 * @param speed seconds of the trace in one second of this machine
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, read once.
record Outcome(
    SchedulingPolicy policy,
    double seconds,
    double outputRate,
    double serviceRate,
    double cachedShare,
    double hostShare,
    long preemptions,
    double[] ttft,
    double[] lightTtft,
    ServiceGap gap,
    double speed) {

  /** A quantile of the time to the first token. */
  double ttft(double quantile) {
    return at(ttft, quantile);
  }

  /** A quantile of the time to the first token of agencies that ask for little. */
  double lightTtft(double quantile) {
    return at(lightTtft, quantile);
  }

  private static double at(double[] sorted, double quantile) {
    return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1) * quantile)];
  }
}
