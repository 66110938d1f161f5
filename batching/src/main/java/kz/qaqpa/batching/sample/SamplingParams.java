package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.mark.Watermark;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen. What changes the logits and what filters them applies in this
 * order: mask, bias, penalties, temperature, top-k, top-p, min-p.
 *
 * @param temperature 0 to 2; 0 takes the best token (greedy)
 * @param topK keeps this many best tokens; 0 keeps all
 * @param topP keeps the smallest set of best tokens with at least this probability, (0, 1]
 * @param minP keeps tokens at least this fraction as likely as the best, [0, 1]
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that occurred
 *     in prompt or output (CTRL, Keskar et al. 2019), (0, 10]; 1 is off
 * @param frequencyPenalty subtracted once for each occurrence in the output, [-2, 2]
 * @param presencePenalty subtracted once if the token occurred in the output, [-2, 2]
 * @param seed the whole randomness of this request: the same seed gives the same tokens, whatever
 *     else is in the batch
 * @param topLogprobs number of alternatives reported with each token, 0 to 20; -1 reports nothing
 * @param logitBias added to logits first of all, so that penalties see the sum, as in vLLM
 * @param mask tokens that are never chosen, null for none. It stands here and not in the request
 *     because it decides like a filter which token comes next, and nothing else
 * @param watermark by whose noise tokens are drawn after all filters, null for none. Greedy answers
 *     have none
 * @param early the mask at the answer's beginning, null if it is the same
 */
public record SamplingParams(
    double temperature,
    int topK,
    double topP,
    double minP,
    double repetitionPenalty,
    double frequencyPenalty,
    double presencePenalty,
    long seed,
    int topLogprobs,
    LogitBias logitBias,
    @Nullable TokenMask mask,
    @Nullable Watermark watermark,
    @Nullable EarlyMask early) {

  /** Checks ranges; messages name the parameter as clients know it. */
  public SamplingParams {
    check("temperature", temperature, temperature >= 0 && temperature <= 2, "0 to 2");
    check("top_k", topK, topK >= 0, ">= 0");
    check("top_p", topP, topP > 0 && topP <= 1, "more than 0, at most 1");
    check("min_p", minP, minP >= 0 && minP <= 1, "0 to 1");
    check(
        "repetition_penalty",
        repetitionPenalty,
        repetitionPenalty > 0 && repetitionPenalty <= 10,
        "more than 0, at most 10");
    check("frequency_penalty", frequencyPenalty, Math.abs(frequencyPenalty) <= 2, "-2 to 2");
    check("presence_penalty", presencePenalty, Math.abs(presencePenalty) <= 2, "-2 to 2");
    check("top_logprobs", topLogprobs, topLogprobs >= -1 && topLogprobs <= 20, "0 to 20");
  }

  /** Without early mask. */
  public SamplingParams(
      double temperature,
      int topK,
      double topP,
      double minP,
      double repetitionPenalty,
      double frequencyPenalty,
      double presencePenalty,
      long seed,
      int topLogprobs,
      LogitBias logitBias,
      @Nullable TokenMask mask,
      @Nullable Watermark watermark) {
    this(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        seed,
        topLogprobs,
        logitBias,
        mask,
        watermark,
        null);
  }

  /** Without watermark and early mask. */
  public SamplingParams(
      double temperature,
      int topK,
      double topP,
      double minP,
      double repetitionPenalty,
      double frequencyPenalty,
      double presencePenalty,
      long seed,
      int topLogprobs,
      LogitBias logitBias,
      @Nullable TokenMask mask) {
    this(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        seed,
        topLogprobs,
        logitBias,
        mask,
        null,
        null);
  }

  /** Without bias, mask and watermark. */
  public SamplingParams(
      double temperature,
      int topK,
      double topP,
      double minP,
      double repetitionPenalty,
      double frequencyPenalty,
      double presencePenalty,
      long seed,
      int topLogprobs) {
    this(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        seed,
        topLogprobs,
        LogitBias.NONE,
        null);
  }

  /** Greedy, no penalties, no log probabilities. */
  public static SamplingParams greedy() {
    return new SamplingParams(0, 0, 1, 0, 1, 0, 0, 0, -1);
  }

  /** The same with another seed. */
  public SamplingParams withSeed(long other) {
    return copy(other, logitBias, mask, watermark, early);
  }

  /** The same with other biases. */
  public SamplingParams withLogitBias(LogitBias other) {
    return copy(seed, other, mask, watermark, early);
  }

  /** The same with another mask, or none. */
  public SamplingParams withMask(@Nullable TokenMask other) {
    return copy(seed, logitBias, other, watermark, early);
  }

  /** The same with another watermark, or none. */
  public SamplingParams withWatermark(@Nullable Watermark other) {
    return copy(seed, logitBias, mask, other, early);
  }

  /** The same with another mask at the answer's beginning, or none. */
  public SamplingParams withEarly(@Nullable EarlyMask other) {
    return copy(seed, logitBias, mask, watermark, other);
  }

  /** Tokens that the answer will have at least, unless its client leaves or it is cut. */
  public int minTokens() {
    return early == null ? 0 : early.tokens();
  }

  /** What masks the answer's next token. */
  @Nullable TokenMask maskAt(int index) {
    return early != null && index < early.tokens() ? early.mask() : mask;
  }

  /** How choice {@code i} of several is sampled: by a seed and a watermark of its own. */
  public SamplingParams choice(int i) {
    Watermark own = watermark == null ? null : watermark.choice(i);
    return copy(Sampler.choiceSeed(seed, i), logitBias, mask, own, early);
  }

  private SamplingParams copy(
      long newSeed,
      LogitBias newBias,
      @Nullable TokenMask newMask,
      @Nullable Watermark newWatermark,
      @Nullable EarlyMask newEarly) {
    return new SamplingParams(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        newSeed,
        topLogprobs,
        newBias,
        newMask,
        newWatermark,
        newEarly);
  }

  private static void check(String name, Number value, boolean valid, String expected) {
    if (!valid) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
