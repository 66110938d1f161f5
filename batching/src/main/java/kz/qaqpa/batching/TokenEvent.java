package kz.qaqpa.batching;

import org.jspecify.annotations.Nullable;

/** What a {@link TokenStream} delivers: tokens, then exactly one end. */
public sealed interface TokenEvent {

  /**
   * A token of the answer.
   *
   * @param id its id
   * @param logprobs its log probability and alternatives, if the request asked for them
   */
  record Token(int id, @Nullable Logprobs logprobs) implements TokenEvent {}

  /**
   * The end of the answer, the last event.
   *
   * @param reason why
   * @param promptTokens tokens of the prompt
   * @param prefill how the prompt was read
   * @param outputTokens tokens delivered
   */
  record End(FinishReason reason, int promptTokens, TokenStream.Prefill prefill, int outputTokens)
      implements TokenEvent {}

  /**
   * Log probabilities at one position, of the model's own distribution: before mask, bias,
   * penalties, temperature and filters (vLLM's default, {@code raw_logprobs}). So the chosen token
   * need not be among the best, and alternatives may be tokens that could not be chosen. A stop
   * token is not delivered, and neither are its log probabilities.
   *
   * @param logprob natural logarithm of the chosen token's probability
   * @param topIds best alternatives, best first
   * @param topLogprobs their log probabilities
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed over once, never shared.
  record Logprobs(float logprob, int[] topIds, float[] topLogprobs) {}
}
