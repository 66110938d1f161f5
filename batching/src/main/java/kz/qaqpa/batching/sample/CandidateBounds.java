package kz.qaqpa.batching.sample;

import kz.qaqpa.engine.StepResult;

/**
 * Confined to the step loop. Tries to draw from a row's candidates although the kept set may reach
 * beyond them; nothing may be biased, penalised or masked among them.
 *
 * <p>{@code r = e^lse - sum of e^l inside} is the weight outside at temperature 1, with logits
 * relative to the best. At T &lt;= 1 it becomes at most {@code r * e^(last * (1/T - 1))}; above, at
 * most {@code N^(1 - 1/T) * r^(1/T)} for N tokens outside (Hölder). So the total Z lies between two
 * bounds. Where both lead to the same candidate, every Z between does.
 */
final class CandidateBounds {
  private final int vocabulary;
  private final double[] scores = new double[StepResult.CANDIDATES]; // by rank, the best has 0
  private final double[] cumulative = new double[StepResult.CANDIDATES]; // weights by rank
  private int n;
  private int likely; // how many min-p keeps
  private double most; // weight of the whole vocabulary, at most

  CandidateBounds(int vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** Takes the candidates of a row. */
  void load(SamplingParams params, StepResult result, int row) {
    n = result.candidates(row);
    double best = result.candidateLogit(row, 0);
    double last = result.candidateLogit(row, n - 1) - best;
    double floor = StrictMath.log(params.minP());
    double inside = 0;
    double weights = 0;
    likely = 0;
    for (int i = 0; i < n; i++) {
      double distance = result.candidateLogit(row, i) - best;
      scores[i] = distance / params.temperature();
      inside += StrictMath.exp(distance);
      weights += StrictMath.exp(scores[i]);
      cumulative[i] = weights;
      likely += scores[i] >= floor ? 1 : 0;
    }
    double outside = Math.max(0, StrictMath.exp(result.logSumExp(row) - best) - inside);
    double inverse = 1 / params.temperature();
    // The logsumexp is a float: its error must not decide.
    double tail =
        inverse >= 1
            ? outside * StrictMath.exp(last * (inverse - 1))
            : power(vocabulary - n, 1 - inverse) * power(outside, inverse);
    most = (weights + tail) * (1 + 1e-5);
  }

  /** {@code StrictMath.pow} allocates. */
  private static double power(double base, double exponent) {
    return base == 0 ? 0 : StrictMath.exp(exponent * StrictMath.log(base));
  }

  /** The rank that {@code u} draws, or the number of candidates if the bounds leave it open. */
  int draw(SamplingParams params, double u) {
    int low = rankFor(params, u, cumulative[n - 1]);
    int high = rankFor(params, u, most);
    return low == high ? low : n;
  }

  /** The rank that {@code u} draws if all weights sum to {@code total}; n if that is not known. */
  private int rankFor(SamplingParams params, double u, double total) {
    int kept = kept(params, total);
    if (kept > n && (params.topP() < 1 || params.minP() > 0)) {
      return n; // The cut lies beyond the candidates.
    }
    return first(u * (kept > n ? total : cumulative[kept - 1]), false);
  }

  /** How many candidates are kept if all weights sum to {@code total}; n + 1 if others are too. */
  private int kept(SamplingParams params, double total) {
    // At least the best: only if logits are NaN, which is for the engine to prevent, none is
    // likely.
    int kept = likely == n && total > cumulative[n - 1] ? n + 1 : Math.max(1, likely);
    return params.topP() < 1 ? Math.min(kept, first(params.topP() * total, true) + 1) : kept;
  }

  /** The first cumulative weight above the target, or at it if {@code reach}. */
  private int first(double target, boolean reach) {
    int i = 0;
    while (i < n && (cumulative[i] < target || (cumulative[i] == target && !reach))) {
      i++;
    }
    return i;
  }

  /**
   * The same by the watermark's noise, in a race that was started. Who is kept under both bounds
   * runs. The winner is certain if nobody who is kept under one of them could pass: neither another
   * candidate nor, where the kept set may reach beyond, a token with the last candidate's logit and
   * the highest noise.
   *
   * @return the winner's rank, or the number of candidates if the bounds leave it open
   */
  int draw(SamplingParams params, StepResult result, int row, GumbelRace race) {
    int surely = kept(params, cumulative[n - 1]);
    int perhaps = kept(params, most);
    int winner = 0;
    for (int i = 0; i < Math.min(perhaps, n); i++) {
      winner = race.enter(result.candidateId(row, i), scores[i]) ? i : winner;
    }
    boolean open = winner >= surely || (perhaps > n && scores[n - 1] >= race.reach());
    return open ? n : winner;
  }
}
