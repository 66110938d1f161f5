package kz.qaqpa.flow;

import java.util.List;
import kz.qaqpa.http.api.TokenLogprob;

/**
 * A token of an answer with its probability.
 *
 * @param bytes what it stands for, possibly only a part of a character
 * @param logprob natural logarithm of its probability in the model's own distribution
 * @param alternatives the most probable tokens at its place, best first, as many as were asked for
 * @param offset characters (code points) of the answer before its first one
 */
@SuppressWarnings("ArrayRecordComponent") // Made for one answer; never changed.
public record ScoredToken(byte[] bytes, float logprob, List<Alternative> alternatives, int offset) {

  /** A token that could have been chosen. */
  @SuppressWarnings("ArrayRecordComponent")
  public record Alternative(byte[] bytes, float logprob) {}

  /** As chat completions and responses tell it. */
  public TokenLogprob told() {
    return TokenLogprob.of(
        bytes,
        logprob,
        alternatives.stream()
            .map(other -> TokenLogprob.Top.of(other.bytes(), other.logprob()))
            .toList());
  }
}
