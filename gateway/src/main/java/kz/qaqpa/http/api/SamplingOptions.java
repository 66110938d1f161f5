package kz.qaqpa.http.api;

import java.util.Map;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * How a client wants tokens to be chosen: the same fields in every interface, every value in its
 * range, absent ones null. The model's own defaults fill in later.
 *
 * @param temperature 0 to 2
 * @param topP more than 0, at most 1
 * @param topK 0 or -1 (off) or more
 * @param minP 0 to 1
 * @param repetitionPenalty more than 0, at most 10
 * @param frequencyPenalty -2 to 2
 * @param presencePenalty -2 to 2
 * @param seed any long
 * @param logitBias by token id, each -100 to 100; whether the model has the token is checked later
 * @param topLogprobs how many alternatives are told with each token, 0 to {@value
 *     #MOST_ALTERNATIVES}; -1 for no probabilities at all
 * @param rules which tokens it may have, and which end it
 */
public record SamplingOptions(
    @Nullable Double temperature,
    @Nullable Double topP,
    @Nullable Integer topK,
    @Nullable Double minP,
    @Nullable Double repetitionPenalty,
    @Nullable Double frequencyPenalty,
    @Nullable Double presencePenalty,
    @Nullable Long seed,
    Map<Integer, Float> logitBias,
    int topLogprobs,
    TokenRules rules) {
  /** Most alternatives that are told with a token. */
  public static final int MOST_ALTERNATIVES = 20;

  /** Checks every range; messages name the field as clients write it. */
  public SamplingOptions {
    range("temperature", temperature, 0, 2);
    aboveZero("top_p", topP, 1);
    if (topK != null && topK < -1) {
      throw Refusal.BadRequest.value("top_k", topK.toString(), ">= -1");
    }
    range("min_p", minP, 0, 1);
    aboveZero("repetition_penalty", repetitionPenalty, 10);
    range("frequency_penalty", frequencyPenalty, -2, 2);
    range("presence_penalty", presencePenalty, -2, 2);
    logitBias = Map.copyOf(logitBias);
    if (topLogprobs < -1 || topLogprobs > MOST_ALTERNATIVES) {
      throw Refusal.BadRequest.value(
          "top_logprobs", Integer.toString(topLogprobs), "0 to " + MOST_ALTERNATIVES);
    }
  }

  /** Nothing but the model's defaults. */
  public static SamplingOptions none() {
    return new SamplingOptions(
        null, null, null, null, null, null, null, null, Map.of(), -1, TokenRules.NONE);
  }

  /** The same with log probabilities told; see {@link #topLogprobs}. */
  public SamplingOptions withTopLogprobs(int alternatives) {
    return new SamplingOptions(
        temperature,
        topP,
        topK,
        minP,
        repetitionPenalty,
        frequencyPenalty,
        presencePenalty,
        seed,
        logitBias,
        alternatives,
        rules);
  }

  /** Reads the fields of a request body, {@code logprobs} and {@code top_logprobs} apart. */
  public static SamplingOptions read(Fields fields) {
    return new SamplingOptions(
        fields.number("temperature", "0 to 2"),
        fields.number("top_p", "more than 0, at most 1"),
        fields.integer("top_k", "integer >= 0"),
        fields.number("min_p", "0 to 1"),
        fields.number("repetition_penalty", "more than 0, at most 10"),
        fields.number("frequency_penalty", "-2 to 2"),
        fields.number("presence_penalty", "-2 to 2"),
        fields.longInteger("seed", "64-bit integer"),
        LogitBiases.read(fields),
        -1,
        TokenRules.read(fields));
  }

  private static void range(String field, @Nullable Double value, double low, double high) {
    if (value != null && !(value >= low && value <= high)) {
      throw Refusal.BadRequest.value(
          field, Shown.number(value), Shown.number(low) + " to " + Shown.number(high));
    }
  }

  private static void aboveZero(String field, @Nullable Double value, double high) {
    if (value != null && !(value > 0 && value <= high)) {
      throw Refusal.BadRequest.value(
          field, Shown.number(value), "more than 0, at most " + Shown.number(high));
    }
  }
}
