package kz.qaqpa.http.chat;

import java.util.List;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.TokenText;
import org.jspecify.annotations.Nullable;

/** The JSON of a whole chat completion, name by name. */
final class ChatJson {
  private ChatJson() {}

  /** A whole answer. */
  record Completion(
      String id,
      String object,
      long created,
      String model,
      List<Choice> choices,
      Json.UsageBody usage) {}

  /** One choice of an answer. */
  record Choice(
      int index, AssistantMessage message, @Nullable Logprobs logprobs, String finishReason) {}

  /** What the model said. */
  record AssistantMessage(String role, String content, @Nullable String refusal) {}

  /** The tokens of a choice, or of a part of it. */
  record Logprobs(List<TokenLogprob> content, @Nullable List<TokenLogprob> refusal) {

    static Logprobs of(List<ScoredToken> tokens) {
      return new Logprobs(tokens.stream().map(TokenLogprob::of).toList(), null);
    }
  }

  /** A token and what could have stood in its place. */
  record TokenLogprob(
      String token, float logprob, List<Integer> bytes, List<TopLogprob> topLogprobs) {

    static TokenLogprob of(ScoredToken token) {
      return new TokenLogprob(
          TokenText.of(token.bytes()),
          TokenText.logprob(token.logprob()),
          unsigned(token.bytes()),
          token.alternatives().stream().map(TopLogprob::of).toList());
    }
  }

  /** A token that could have been chosen. */
  record TopLogprob(String token, float logprob, List<Integer> bytes) {

    static TopLogprob of(ScoredToken.Alternative token) {
      return new TopLogprob(
          TokenText.of(token.bytes()), TokenText.logprob(token.logprob()), unsigned(token.bytes()));
    }
  }

  private static List<Integer> unsigned(byte[] bytes) {
    Integer[] values = new Integer[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return List.of(values);
  }
}
