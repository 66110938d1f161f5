package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.mark.SplitMix;
import kz.qaqpa.batching.mark.Watermark;
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
 *             most draws, see {@link CandidateBounds}. Else one pass finds the maximum, one keeps
 *             tokens within e^-40 of the best. What is dropped has at most 160,000 * e^-40 &lt;
 *             10^-12 of the probability: a billion draws would not show it, and no filter could
 *             keep it. No sort: a selection that weighs both sides cuts top-k and top-p off in
 *             linear time.
 * Randomness  A counter, not a state: the n-th token of a request draws from a hash of (seed, n),
 *             so it depends on nothing else in the batch, on no earlier draw, and a resumed
 *             sequence goes on with what it would have drawn.
 * Watermark   Takes the place of the draw, and of nothing else: a {@link GumbelRace} among what the
 *             filters kept, for the tokens that {@link Marking} names. Greedy is not drawn.
 * </pre>
 *
 * <p>Allocates nothing for a token, except for log probabilities that were asked for.
 */
public final class Sampler {
  /** What {@link #sample} says if the row's candidates leave the choice open. */
  public static final int UNDECIDED = -1;

  private static final double PRUNE = Exponential.LEAST;

  private final float[] logits; // [vocabulary], raw, then with bias, penalties and mask
  private final Ranking kept;
  private final CandidateBounds bounds;
  private final GumbelRace race = new GumbelRace();

  public Sampler(int vocabulary) {
    this.logits = new float[vocabulary];
    this.kept = new Ranking(vocabulary);
    this.bounds = new CandidateBounds(vocabulary);
  }

  /**
   * What the engine has to report so that {@link #sample} can be exact.
   *
   * @param counts what occurred so far; null without penalties
   */
  public static LogitsMode logitsMode(SamplingParams params, @Nullable TokenCounts counts) {
    int lowered = params.logitBias().size() + (counts == null ? 0 : counts.distinct());
    int wanted = wanted(params);
    TokenMask mask = params.mask();
    if (mask != null && mask.isNarrow() && (mask.leftSize() > 1 || params.topLogprobs() >= 0)) {
      return LogitsMode.FULL; // What is left is hardly ever among the best.
    }
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
   * Where the watermark of an answer stands that is about to begin; null without one.
   *
   * @param expectedTokens of the answer; more are possible
   */
  public static @Nullable Marking marking(SamplingParams params, int expectedTokens) {
    Watermark watermark = params.watermark();
    return watermark == null || params.temperature() == 0 ? null : watermark.begin(expectedTokens);
  }

  /**
   * Chooses a token.
   *
   * @param counts what occurred so far; null without penalties
   * @param marking {@link #marking} of the answer, told of its tokens so far; null without one
   * @param mode what the engine was asked to report: {@link #logitsMode}, or FULL
   * @param index how many tokens the request has produced before
   * @return its id, or {@link #UNDECIDED}, which FULL excludes
   */
  public int sample(
      SamplingParams params,
      @Nullable TokenCounts counts,
      @Nullable Marking marking,
      LogitsMode mode,
      StepResult result,
      int row,
      int index) {
    TokenMask mask = params.maskAt(index);
    boolean plain = counts == null && params.logitBias().size() == 0;
    if (params.temperature() == 0 && plain && isAllowed(mask, result.candidateId(row, 0))) {
      return result.candidateId(row, 0);
    }
    if (mask != null && mask.leftSize() == 1) {
      return mask.firstAllowed();
    }
    if (!raisesScores(params) && loadCandidates(params, mask, counts, result, row)) {
      if (params.temperature() == 0) {
        return kept.id(kept.best());
      }
      kept.scale(params.temperature());
      keepBest(params);
      return draw(params, marking, index);
    }
    if (mode != LogitsMode.FULL) {
      return UNDECIDED;
    }
    boolean narrow = mask != null && mask.isNarrow();
    if (plain && !narrow && params.temperature() > 0 && allowsCandidates(mask, result, row)) {
      return marking != null && marking.marksNext()
          ? markedFromRaw(params, mask, marking, result, row, index)
          : fromRaw(params, mask, result, row, index);
    }
    loadLogits(params, mask, counts, result, row);
    return mask != null && narrow
        ? fromFew(params, mask, marking, index)
        : fromAll(params, mask, marking, index);
  }

  /** Samples from scores that are raw logits: from bounds where they decide. */
  private int fromRaw(
      SamplingParams params, @Nullable TokenMask mask, StepResult result, int row, int index) {
    bounds.load(params, result, row);
    int rank = bounds.draw(params, uniform(params.seed(), index));
    if (rank < result.candidates(row)) {
      return result.candidateId(row, rank);
    }
    loadLogits(params, mask, null, result, row);
    keepLikely(params, mask);
    keepBest(params);
    candidatesFirst(result, row);
    return draw(params, null, index);
  }

  /** The same by the watermark; where nothing is filtered, who leads so far meets all others. */
  private int markedFromRaw(
      SamplingParams params,
      @Nullable TokenMask mask,
      Marking marking,
      StepResult result,
      int row,
      int index) {
    bounds.load(params, result, row);
    race.start(marking);
    int rank = bounds.draw(params, result, row, race);
    if (rank < result.candidates(row)) {
      return result.candidateId(row, rank);
    }
    loadLogits(params, mask, null, result, row);
    if (isUnfiltered(params)) {
      double last = result.candidateLogit(row, result.candidates(row) - 1);
      race.enterAll(logits, result.candidateLogit(row, 0), last, params.temperature());
      return race.winner();
    }
    keepLikely(params, mask);
    keepBest(params);
    return draw(params, marking, index);
  }

  private static boolean isUnfiltered(SamplingParams params) {
    return params.topK() == 0 && params.topP() == 1 && params.minP() == 0;
  }

  /** Samples from the logits that were loaded. */
  private int fromAll(
      SamplingParams params, @Nullable TokenMask mask, @Nullable Marking marking, int index) {
    if (params.temperature() == 0) {
      return bestLogit(mask);
    }
    if (marking != null && marking.marksNext() && isUnfiltered(params)) {
      int best = bestLogit(mask);
      race.start(marking);
      race.enter(best, 0);
      race.enterAll(logits, logits[best], logits[best], params.temperature());
      return race.winner();
    }
    keepLikely(params, mask);
    keepBest(params);
    return draw(params, marking, index);
  }

  /** Samples from the logits that were loaded, of the few tokens that a mask leaves. */
  private int fromFew(SamplingParams params, TokenMask mask, @Nullable Marking marking, int index) {
    kept.clear();
    for (int i = 0; i < mask.leftSize(); i++) {
      kept.add(mask.leftAt(i), logits[mask.leftAt(i)]);
    }
    if (params.temperature() == 0) {
      return kept.id(kept.best());
    }
    kept.scale(params.temperature());
    keepBest(params);
    return draw(params, marking, index);
  }

  private int draw(SamplingParams params, @Nullable Marking marking, int index) {
    if (params.minP() > 0) {
      kept.keepAtLeast(StrictMath.log(params.minP()));
    }
    if (marking == null || !marking.marksNext()) {
      return kept.draw(uniform(params.seed(), index));
    }
    race.start(marking);
    return kept.draw(race);
  }

  private static boolean isAllowed(@Nullable TokenMask mask, int id) {
    return mask == null || !mask.contains(id);
  }

  private static boolean allowsCandidates(@Nullable TokenMask mask, StepResult result, int row) {
    for (int i = 0; i < result.candidates(row) && mask != null; i++) {
      if (mask.contains(result.candidateId(row, i))) {
        return false;
      }
    }
    return true;
  }

  /** Log probabilities of a token just sampled from this row, see {@link RawLogprobs}. */
  public Logprobs logprobs(SamplingParams params, StepResult result, int row, int token) {
    return RawLogprobs.of(params.topLogprobs(), result, row, token, logits);
  }

  /**
   * Loads the candidates' scores, only if scores are raised nowhere.
   *
   * @return whether they decide
   */
  private boolean loadCandidates(
      SamplingParams params,
      @Nullable TokenMask mask,
      @Nullable TokenCounts counts,
      StepResult result,
      int row) {
    kept.clear();
    int n = result.candidates(row);
    int wanted = wanted(params);
    if (wanted == 0 || (wanted > n && n < logits.length)) {
      return false;
    }
    int untouched = 0;
    for (int i = 0; i < n; i++) {
      int id = result.candidateId(row, i);
      if (isAllowed(mask, id)) {
        float bias = params.logitBias().biasOf(id);
        int outputs = counts == null ? -1 : counts.outputs(id);
        float score = result.candidateLogit(row, i) + bias;
        kept.add(id, outputs < 0 ? score : penalised(params, score, outputs));
        untouched += bias == 0 && outputs < 0 ? 1 : 0;
      }
    }
    return untouched >= wanted || n == logits.length;
  }

  private void loadLogits(
      SamplingParams params,
      @Nullable TokenMask mask,
      @Nullable TokenCounts counts,
      StepResult result,
      int row) {
    result.logits(row, logits);
    LogitBias biases = params.logitBias();
    for (int i = 0; i < biases.size(); i++) {
      logits[biases.idAt(i)] += biases.biasAt(i);
    }
    for (int place = 0; counts != null && place < counts.places(); place++) {
      int id = counts.idAt(place);
      if (id >= 0) {
        logits[id] = penalised(params, logits[id], counts.outputsAt(place));
      }
    }
    for (int i = 0; mask != null && i < mask.size(); i++) {
      logits[mask.idAt(i)] = Float.NEGATIVE_INFINITY;
    }
  }

  /** Rounded to a float, as all scores are: what is equal must be so whichever way it is found. */
  private static float penalised(SamplingParams params, double score, int outputs) {
    double repeated =
        score > 0 ? score / params.repetitionPenalty() : score * params.repetitionPenalty();
    return (float)
        (repeated
            - outputs * params.frequencyPenalty()
            - (outputs > 0 ? params.presencePenalty() : 0));
  }

  private int bestLogit(@Nullable TokenMask mask) {
    int best = mask == null ? 0 : mask.firstAllowed();
    for (int i = best + 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  /** Keeps all tokens within {@link #PRUNE} of the best. */
  private void keepLikely(SamplingParams params, @Nullable TokenMask mask) {
    int best = bestLogit(mask);
    boolean cut = params.topK() > 0 || params.topP() < 1; // Then min-p is of what that leaves.
    double floor = cut ? PRUNE : Math.max(PRUNE, StrictMath.log(params.minP()));
    kept.fill(logits, logits[best], params.temperature(), floor);
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
   * Orders what is kept as {@link CandidateBounds} does: candidates before all others. It answers
   * for part of the range of {@code u}, so that both must share out that range alike.
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
   * finaliser. The factor is not the increment that tells a request's draws apart, so that no
   * choice repeats the draws of another.
   */
  public static long choiceSeed(long seed, int choice) {
    return choice == 0 ? seed : SplitMix.mix(SplitMix.mix(seed) ^ (choice * 0xD1B54A32D192ED03L));
  }

  /** The draw of a request's n-th token in [0, 1): SplitMix64's finaliser over seed and counter. */
  static double uniform(long seed, int index) {
    long mixed = SplitMix.mix(SplitMix.mix(seed) + (index + 1L) * 0x9E3779B97F4A7C15L);
    return (mixed >>> 11) * 0x1.0p-53;
  }
}
