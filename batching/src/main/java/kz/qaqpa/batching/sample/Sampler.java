package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Chooses the next token of a row.
 *
 * <pre>
 * Order       Penalties, temperature, top-k, top-p (of what top-k left, normalised again), min-p.
 *             Tokens rank by score; of equal scores the lower id comes first.
 * Candidates  The engine's 64 best raw logits decide exactly, without the rest of the vocabulary,
 *             when the winner or the whole kept set must lie among them. A token outside has a raw
 *             logit of at most the last candidate's, and of equals it has the higher id. Penalties
 *             that only lower scores leave at least 64 - d candidates untouched, where d is the
 *             number of different tokens that occurred. So greedy is exact if d &lt; 64, and top-k
 *             is if k + d &lt;= 64; top-p and min-p then only cut within those k. The tokens that
 *             were lowered compete with their lowered score, which is right for them too.
 *             Everything else asks for all logits ({@link #logitsMode}). Then, without penalties,
 *             candidates and logsumexp still decide most draws, see {@link #fromBounds}.
 * All logits  One pass finds the maximum, one keeps tokens within e^-40 of the best. What is dropped
 *             has at most 160,000 * e^-40 &lt; 10^-12 of the probability: a billion draws would not
 *             show it, and no filter could keep it. No sort: a selection that weighs both sides
 *             cuts top-k and top-p off in linear time.
 * Randomness  A counter, not a state: the n-th token of a request draws from a hash of (seed, n),
 *             so it depends on nothing else in the batch, on no earlier draw, and a resumed
 *             sequence goes on with what it would have drawn.
 * </pre>
 *
 * <p>Allocates nothing for a token, except for log probabilities that were asked for.
 */
public final class Sampler {
  private static final double PRUNE = -40;

  private final float[] logits; // [vocabulary], raw, then with penalties
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
    int lowered = counts == null ? 0 : counts.distinct();
    if (counts != null && raisesScores(params)) {
      return LogitsMode.FULL;
    }
    if (params.temperature() == 0) {
      return lowered < StepResult.CANDIDATES ? LogitsMode.CANDIDATES : LogitsMode.FULL;
    }
    boolean fits = params.topK() > 0 && params.topK() + lowered <= StepResult.CANDIDATES;
    return fits ? LogitsMode.CANDIDATES : LogitsMode.FULL;
  }

  /** Whether a request needs {@link TokenCounts}. */
  public static boolean hasPenalties(SamplingParams params) {
    return params.repetitionPenalty() != 1
        || params.frequencyPenalty() != 0
        || params.presencePenalty() != 0;
  }

  private static boolean raisesScores(SamplingParams params) {
    return params.repetitionPenalty() < 1
        || params.frequencyPenalty() < 0
        || params.presencePenalty() < 0;
  }

  /**
   * Chooses a token.
   *
   * @param result carries what {@link #logitsMode} asked for
   * @param index how many tokens the request has produced before
   */
  public int sample(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row, int index) {
    boolean full = logitsMode(params, counts) == LogitsMode.FULL;
    if (params.temperature() == 0) {
      if (counts == null) {
        return result.candidateId(row, 0);
      }
      if (full) {
        loadLogits(params, counts, result, row);
        return bestLogit();
      }
      loadCandidates(params, counts, result, row);
      return kept.id(kept.best());
    }
    double u = uniform(params.seed(), index);
    boolean bounded = full && counts == null;
    if (bounded) {
      int rank = fromBounds(params, result, row, u);
      if (rank < result.candidates(row)) {
        return result.candidateId(row, rank);
      }
    }
    if (full) {
      loadLogits(params, counts, result, row);
      keepLikely(params.temperature());
    } else {
      loadCandidates(params, counts, result, row);
      kept.scale(params.temperature());
    }
    keepBest(params);
    if (bounded) {
      candidatesFirst(result, row);
    }
    if (params.minP() > 0) {
      kept.keepAtLeast(Math.log(params.minP()));
    }
    return kept.draw(u);
  }

  /** Log probabilities of a token just sampled from this row, of the raw distribution. */
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

  private void loadCandidates(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row) {
    kept.clear();
    for (int i = 0; i < result.candidates(row); i++) {
      int id = result.candidateId(row, i);
      double score = result.candidateLogit(row, i);
      int outputs = counts == null ? -1 : counts.outputs(id);
      kept.add(id, outputs < 0 ? score : penalised(params, score, outputs));
    }
  }

  private void loadLogits(
      SamplingParams params, @Nullable TokenCounts counts, StepResult result, int row) {
    result.logits(row, logits);
    if (counts != null) {
      for (int place = 0; place < counts.places(); place++) {
        int id = counts.idAt(place);
        if (id >= 0) {
          logits[id] = (float) penalised(params, logits[id], counts.outputsAt(place));
        }
      }
    }
  }

  private static double penalised(SamplingParams params, double score, int outputs) {
    double repeated =
        score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
    return repeated
        - outputs * params.frequencyPenalty()
        - (outputs > 0 ? params.presencePenalty() : 0);
  }

  private int bestLogit() {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Keeps all tokens within {@link #PRUNE} of the best. */
  private void keepLikely(double temperature) {
    float best = logits[bestLogit()];
    kept.clear();
    for (int id = 0; id < logits.length; id++) {
      double scaled = (logits[id] - best) / temperature;
      if (scaled >= PRUNE) {
        kept.add(id, scaled);
      }
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
