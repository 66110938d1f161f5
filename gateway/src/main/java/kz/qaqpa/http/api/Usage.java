package kz.qaqpa.http.api;

/**
 * Tokens of one request, as in OpenAI's {@code usage}.
 *
 * @param promptTokens tokens of the rendered conversation
 * @param cachedTokens those of them that were found in the prefix cache
 * @param completionTokens tokens of the answer
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {

  /** Prompt and answer together. */
  public int totalTokens() {
    return promptTokens + completionTokens;
  }
}
