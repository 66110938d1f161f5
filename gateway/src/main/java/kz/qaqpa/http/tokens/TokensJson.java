package kz.qaqpa.http.tokens;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is answered, name by name: as vLLM does, and what the text is as its readers count. */
final class TokensJson {
  private TokensJson() {}

  /**
   * {@code POST /tokenize}.
   *
   * @param tokensPerWord count by words, null without a word
   */
  @SuppressWarnings("ArrayRecordComponent") // Written at once.
  record Tokenized(
      int count,
      @JsonProperty("max_model_len") int maxModelLength,
      int[] tokens,
      @JsonProperty("token_strs") @Nullable List<String> tokenStrings,
      int characters,
      int words,
      @Nullable Double tokensPerWord) {}

  /** {@code POST /detokenize}. */
  record Detokenized(String prompt, int characters, int words, @Nullable Double tokensPerWord) {}

  /** To two places, as people compare them; null without a word. */
  static @Nullable Double perWord(int tokens, int words) {
    return words == 0 ? null : Math.round(100.0 * tokens / words) / 100.0;
  }
}
