package kz.qaqpa.responses.event;

import java.util.List;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.TokenText;
import kz.qaqpa.http.api.responses.ResponseJson;

/** Probabilities of tokens as clients see them. Functions only. */
final class Logprobs {
  private Logprobs() {}

  static List<ResponseJson.Logprob> of(List<ScoredToken> tokens) {
    return tokens.isEmpty() ? List.of() : tokens.stream().map(Logprobs::of).toList();
  }

  private static ResponseJson.Logprob of(ScoredToken token) {
    return new ResponseJson.Logprob(
        TokenText.of(token.bytes()),
        TokenText.logprob(token.logprob()),
        unsigned(token.bytes()),
        token.alternatives().stream().map(Logprobs::of).toList());
  }

  private static ResponseJson.TopLogprob of(ScoredToken.Alternative token) {
    return new ResponseJson.TopLogprob(
        TokenText.of(token.bytes()), TokenText.logprob(token.logprob()), unsigned(token.bytes()));
  }

  private static List<Integer> unsigned(byte[] bytes) {
    Integer[] values = new Integer[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return List.of(values);
  }
}
