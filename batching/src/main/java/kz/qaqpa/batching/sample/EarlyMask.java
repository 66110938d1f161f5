package kz.qaqpa.batching.sample;

/**
 * What holds in place of a request's mask until its answer is long enough: so tokens that would end
 * it are not chosen ({@code min_tokens}).
 *
 * @param tokens of the answer until it holds no longer, at least 1
 * @param mask the request's own and what would end the answer
 */
public record EarlyMask(int tokens, TokenMask mask) {
  /** Checks the range. */
  public EarlyMask {
    if (tokens < 1) {
      throw new IllegalArgumentException("min_tokens: " + tokens + " (expected: >= 1)");
    }
  }
}
