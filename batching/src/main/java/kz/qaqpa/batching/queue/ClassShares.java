package kz.qaqpa.batching.queue;

/**
 * Confined to the step loop. Which priority classes are below what they are guaranteed.
 *
 * <p>While a class wants service, its credit grows by its share of all service that is given, and
 * sinks by its own. Above zero it is <em>owed</em> and goes before all others; else classes come in
 * their strict order. So over any time in which it wants and can be served, a class gets its share,
 * less at most the bound and one step. Credit is bounded both ways: service that was to be had for
 * nothing while nobody else wanted it is not held against a class for long, and what could not be
 * given while all slots were taken does not come as a flood.
 */
final class ClassShares {
  private final double[] shares;
  private final double[] credit;
  private final boolean[] wants;
  private final double bound;

  /**
   * No service yet.
   *
   * @param shares guaranteed part of each class, 0 for none
   * @param bound of credit, in weighted tokens
   */
  ClassShares(double[] shares, double bound) {
    this.shares = shares.clone();
    this.credit = new double[shares.length];
    this.wants = new boolean[shares.length];
    this.bound = bound;
  }

  /** Whether a class has prompts to be read. */
  void setWanting(int level, boolean wanting) {
    wants[level] = wanting;
    if (!wanting) {
      credit[level] = Math.min(credit[level], 0);
    }
  }

  boolean isOwed(int level) {
    return wants[level] && credit[level] > 0;
  }

  /** A class was given service. */
  void charge(int level, double cost) {
    for (int i = 0; i < shares.length; i++) {
      double now = credit[i] + shares[i] * cost - (i == level ? cost : 0);
      // Each token comes by here: these two are one instruction each, Math.clamp is a dozen.
      credit[i] = Math.max(-bound, Math.min(now, wants[i] ? bound : 0));
    }
  }
}
