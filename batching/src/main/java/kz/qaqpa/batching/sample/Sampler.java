package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Chooses the next token of a row.
 *
 * <pre>
 * Order       Mask, bias, penalties, temperature, top-k, top-p (of what top-k left, normalised
 *             again), min-p. Tokens rank by score; of equal scores the lower id comes first. Bias
 *             before penalties is vLLM's order: a repetition penalty divides the biased logit.
 * Candidates  The engine's 64 best raw logits decide exactly, without the rest of the vocabulary,
 *             when the winner or the whole kept set must lie among them. A token outside has a raw
 *             logit of at most the last candidate's, and of equals it has the higher id. Bias and
 *             penalties that only lower scores, and the mask, leave u candidates untouched. So
 *             greedy is exact if u &gt;= 1, and top-k is if u &gt;= k; top-p and min-p then only cut
 *             within those k. The tokens that were lowered compete with their lowered score, which
 *             is right for them too. No other way is taken where this one decides, so the token
 *             does not depend on what the engine was asked to report.
 * Foresight   Before a step u is not known. Tokens with a bias or a count may all be candidates:
 *             where that would be too many, all logits are asked for ({@link #logitsMode}). Masked
 *             ones are many and hardly ever among the best, so of them nothing is feared; where
 *             they are in the way after all, the answer is {@link #UNDECIDED}, and the caller has
 *             the same step computed once more with all logits.
 * All logits  Without bias, penalties or a masked candidate, candidates and logsumexp still decide
 *             most draws, see {@link #fromBounds}. Else one pass finds the maximum, one keeps tokens within e^-40
 *             of the best. What is dropped has at most 160,000 * e^-40 &lt; 10^-12 of the
 *             probability: a billion draws would not show it, and no filter could keep it. No sort:
 *             a selection that weighs both sides cuts top-k and top-p off in linear time.
 * Randomness  A counter, not a state: the n-th token of a request draws from a hash of (seed, n),
 *             so it depends on nothing else in the batch, on no earlier draw, and a resumed
 *             sequence goes on with what it would have drawn.
 * </pre>
 *
 * <p>Allocates nothing for a token, except for log probabilities that were asked for.
 */
public final class Sampler {
  /** What {@link #sample} says if the row's candidates leave the choice open. */
  public static final int UNDECIDED = -1;

  private static final double PRUNE = -40;

  private final float[] logits; // [vocabulary], raw, then with bias, penalties and mask
  private final double[] cumulative = new double[StepResult.CANDIDATES]; // weights by rank
  private final Ranking kept;

  public Sampler(int vocabulary) {
    this.logits = new float[vocabulary];
    this.kept = new Ranking(vocabulary);
  }

  /**
   * What the engine has to report so that {@link #sample} can be exact.
   *
   * @param counts what occurred so far; null without penalties
   */
  public static LogitsMode logitsMode(SamplingParams params, @Nullable TokenCounts counts) {
    int lowered = params.logitBias().size() + (counts == null ? 0 : counts.distinct());
    int wanted = wanted(params);
    boolean fits = wanted > 0 && wanted + lowered <= StepResult.CANDIDATES;
    return fits && !raisesScores(params) ? LogitsMode.CANDIDATES : LogitsMode.FULL;
  }

  /** How many best tokens are all that counts; 0 if there is no such number. */
  private static int wanted(SamplingParams params) {
    return params.temperature() == 0 ? 1 : params.topK();
  }

  /** Whether a request needs {@link TokenCounts}. */
  public static boolean hasPenalties(SamplingParams params) {
    return params.repetitionPenalty() != 1
        || params.frequencyPenalty() != 0
        || params.presencePenalty() != 0;
  }

  private static boolean raisesScores(SamplingParams params) {
    return params.logitBias().raises()
        || params.repetitionPenalty() < 1
        || params.frequencyPenalty() < 0
        || params.presencePenalty() < 0;
  }

  /**
   * Chooses a token.
   *
   * @param mode what the engine was asked to report: {@link #logitsMode}, or FULL
   * @param index how many tokens the request has produced before
   * @return its id, or {@link #UNDECIDED}, which FULL excludes
   */
  public int sample(
      SamplingParams params,
      @Nullable TokenCounts counts,
      LogitsMode mode,
      StepResult result,
      int row,
      int index) {
    boolean plain = counts == null && params.logitBias().size() == 0;
    if (params.temperature() == 0 && plain && isAllowed(params, result.candidateId(row, 0))) {
      return result.candidateId(row, 0);
    }
    if (!raisesScores(params) && loadCandidates(params, counts, result, row)) {
      if (params.temperature() == 0) {
        return kept.id(kept.best());
      }
      kept.scale(params.temperature());
      keepBest(params);
      return draw(params, uniform(params.seed(), index));
    }
    if (mode != LogitsMode.FULL) {
      return UNDECIDED;
    }
    return plain && params.temperature() > 0 && allowsCandidates(params, result, row)
        ? fromRaw(params, result, row, uniform(params.seed(), index))
        : fromAll(params, counts, result, row, index);
  }

  /** Samples from scores that are raw logits: from bounds where they decide. */
  private int fromRaw(SamplingParams params, StepResult result, int row, double u) {
    int rank = fromBounds(params, result, row, u);
    if (rank < result.candidates(row)) {
      return result.candidateId(row, rank);
    }
    loadLogits(params, null, result, row);
    keepLikely(params);
    keepBest(params);
    candidatesFirst(result, row);
    return draw(params, u);
  }

  private int fromAll(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row, int index) {
    loadLogits(params, counts, result, row);
    if (params.temperature() == 0) {
      return bestLogit(params);
    }
    keepLikely(params);
    keepBest(params);
    return draw(params, uniform(params.seed(), index));
  }

  private int draw(SamplingParams params, double u) {
    if (params.minP() > 0) {
      kept.keepAtLeast(Math.log(params.minP()));
    }
    return kept.draw(u);
  }

  private static boolean isAllowed(SamplingParams params, int id) {
    return params.mask() == null || !params.mask().contains(id);
  }

  private static boolean allowsCandidates(SamplingParams params, StepResult result, int row) {
    for (int i = 0; i < result.candidates(row) && params.mask() != null; i++) {
      if (params.mask().contains(result.candidateId(row, i))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Log probabilities of a token just sampled from this row: of the model's distribution, before
   * mask, bias, penalties, temperature and filters, as vLLM's {@code raw_logprobs}. The
   * alternatives are its best tokens, whether or not they could be chosen.
   */
  public Logprobs logprobs(SamplingParams params, StepResult result, int row, int token) {
    int count = Math.min(params.topLogprobs(), result.candidates(row));
    double logSumExp = result.logSumExp(row);
    int[] topIds = new int[count];
    float[] top = new float[count];
    for (int i = 0; i < count; i++) {
      topIds[i] = result.candidateId(row, i);
      top[i] = (float) (result.candidateLogit(row, i) - logSumExp);
    }
    return new Logprobs((float) (rawLogit(result, row, token) - logSumExp), topIds, top);
  }

  private float rawLogit(StepResult result, int row, int token) {
    for (int i = 0; i < result.candidates(row); i++) {
      if (result.candidateId(row, i) == token) {
        return result.candidateLogit(row, i);
      }
    }
    result.logits(row, logits); // Outside the candidates only where all logits were asked for.
    return logits[token];
  }

  /**
   * Tries to draw from candidates although the kept set may reach beyond them. Without penalties
   * {@code r = e^lse - sum of e^l inside} is the weight outside at temperature 1, with logits
   * relative to the best. At T &lt;= 1 it becomes at most {@code r * e^(last * (1/T - 1))}; above,
   * at most {@code N^(1 - 1/T) * r^(1/T)} for N tokens outside (Hölder). So the total Z lies
   * between two bounds. Where both lead to the same candidate, every Z between does.
   *
   * @return the rank drawn, or the number of candidates if the bounds leave it open
   */
  private int fromBounds(SamplingParams params, StepResult result, int row, double u) {
    int n = result.candidates(row);
    double best = result.candidateLogit(row, 0);
    double last = result.candidateLogit(row, n - 1) - best;
    double floor = Math.log(params.minP());
    double inverse = 1 / params.temperature();
    double inside = 0;
    double weights = 0;
    int likely = 0;
    for (int i = 0; i < n; i++) {
      double distance = result.candidateLogit(row, i) - best;
      inside += Math.exp(distance);
      weights += Math.exp(distance * inverse);
      cumulative[i] = weights;
      likely += distance * inverse >= floor ? 1 : 0;
    }
    double outside = Math.max(0, Math.exp(result.logSumExp(row) - best) - inside);
    // The logsumexp is a float: its error must not decide.
    double tail =
        inverse >= 1
            ? outside * Math.exp(last * (inverse - 1))
            : Math.pow(logits.length - n, 1 - inverse) * Math.pow(outside, inverse);
    double most = (weights + tail) * (1 + 1e-5);
    int low = rankFor(params, u, n, likely, weights);
    int high = rankFor(params, u, n, likely, most);
    return low == high ? low : n;
  }

  /** The rank that {@code u} draws if all weights sum to {@code total}; n if that is not known. */
  private int rankFor(SamplingParams params, double u, int n, int likely, double total) {
    // At least the best: only if logits are NaN, which is for the engine to prevent, none is
    // likely.
    int most = likely == n && total > cumulative[n - 1] ? n + 1 : Math.max(1, likely);
    if (params.topP() < 1) {
      most = Math.min(most, first(n, params.topP() * total, true) + 1);
    }
    if (most > n && (params.topP() < 1 || params.minP() > 0)) {
      return n; // The cut lies beyond the candidates.
    }
    return first(n, u * (most > n ? total : cumulative[most - 1]), false);
  }

  /** The first of {@code n} cumulative weights above the target, or at it if {@code reach}. */
  private int first(int n, double target, boolean reach) {
    int i = 0;
    while (i < n && (cumulative[i] < target || (cumulative[i] == target && !reach))) {
      i++;
    }
    return i;
  }

  /**
   * Loads the candidates' scores, only if scores are raised nowhere.
   *
   * @return whether they decide
   */
  private boolean loadCandidates(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row) {
    kept.clear();
    int n = result.candidates(row);
    int wanted = wanted(params);
    if (wanted == 0 || (wanted > n && n < logits.length)) {
      return false;
    }
    int untouched = 0;
    for (int i = 0; i < n; i++) {
      int id = result.candidateId(row, i);
      if (isAllowed(params, id)) {
        float bias = params.logitBias().biasOf(id);
        int outputs = counts == null ? -1 : counts.outputs(id);
        double score = (double) result.candidateLogit(row, i) + bias;
        kept.add(id, outputs < 0 ? score : penalised(params, score, outputs));
        untouched += bias == 0 && outputs < 0 ? 1 : 0;
      }
    }
    return untouched >= wanted || n == logits.length;
  }

  private void loadLogits(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row) {
    result.logits(row, logits);
    LogitBias biases = params.logitBias();
    for (int i = 0; i < biases.size(); i++) {
      logits[biases.idAt(i)] += biases.biasAt(i);
    }
    for (int place = 0; counts != null && place < counts.places(); place++) {
      int id = counts.idAt(place);
      if (id >= 0) {
        logits[id] = (float) penalised(params, logits[id], counts.outputsAt(place));
      }
    }
    TokenMask mask = params.mask();
    for (int i = 0; mask != null && i < mask.size(); i++) {
      logits[mask.idAt(i)] = Float.NEGATIVE_INFINITY;
    }
  }

  private static double penalised(SamplingParams params, double score, int outputs) {
    double repeated =
        score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
    return repeated
        - outputs * params.frequencyPenalty()
        - (outputs > 0 ? params.presencePenalty() : 0);
  }

  private int bestLogit(SamplingParams params) {
    int best = params.mask() == null ? 0 : params.mask().firstAllowed();
    for (int i = best + 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Keeps all tokens within {@link #PRUNE} of the best. */
  private void keepLikely(SamplingParams params) {
    int best = bestLogit(params);
    float most = logits[best];
    kept.clear();
    for (int id = 0; id < logits.length; id++) {
      double scaled = (logits[id] - most) / params.temperature();
      if (scaled >= PRUNE) {
        kept.add(id, scaled);
      }
    }
    if (kept.size() == 0) {
      kept.add(best, 0); // Logits that are no numbers, which is for the engine to prevent.
    }
  }

  private void keepBest(SamplingParams params) {
    int topK = params.topK() == 0 ? kept.size() : Math.min(params.topK(), kept.size());
    if (topK < kept.size() || params.topP() < 1) {
      kept.keepBest(topK, params.topP());
    }
  }

  /**
   * Orders what is kept as {@link #fromBounds} does: candidates before all others. It answers for
   * part of the range of {@code u}, so that both must share out that range alike.
   */
  private void candidatesFirst(StepResult result, int row) {
    int last = result.candidates(row) - 1;
    float floor = result.candidateLogit(row, last);
    int front = 0;
    for (int i = 0; i < kept.size() && front <= last; i++) {
      float raw = logits[kept.id(i)];
      if (raw > floor || (raw == floor && kept.id(i) <= result.candidateId(row, last))) {
        kept.swap(front++, i);
      }
    }
    kept.rank(front);
  }

  /**
   * The seed of a choice, of several that one request asks for: {@code seed} for choice 0, else
   * {@code mix(mix(seed) ^ choice * 0xD1B54A32D192ED03)}, where {@code mix} is SplitMix64's
   * finaliser (Steele, Lea, Flood 2014). The factor is not the increment that tells a request's
   * draws apart, so that no choice repeats the draws of another.
   */
  public static long choiceSeed(long seed, int choice) {
    return choice == 0 ? seed : mix(mix(seed) ^ (choice * 0xD1B54A32D192ED03L));
  }

  /** The draw of a request's n-th token in [0, 1): SplitMix64's finaliser over seed and counter. */
  static double uniform(long seed, int index) {
    long mixed = mix(mix(seed) + (index + 1L) * 0x9E3779B97F4A7C15L);
    return (mixed >>> 11) * 0x1.0p-53;
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
