package kz.qaqpa.http.api;

import java.util.List;

/**
 * A token of an answer with its probability, as chat completions and responses both tell it.
 *
 * @param topLogprobs what could have stood in its place
 */
public record TokenLogprob(
    String token, float logprob, List<Integer> bytes, List<Top> topLogprobs) {

  /** A token that could have been chosen. */
  public record Top(String token, float logprob, List<Integer> bytes) {

    /** The wire form of a token's bytes and of its logarithm. */
    public static Top of(byte[] bytes, float logprob) {
      return new Top(TokenText.of(bytes), TokenText.logprob(logprob), unsigned(bytes));
    }
  }

  /** The wire form of a token's bytes, of its logarithm and of its alternatives. */
  public static TokenLogprob of(byte[] bytes, float logprob, List<Top> alternatives) {
    return new TokenLogprob(
        TokenText.of(bytes), TokenText.logprob(logprob), unsigned(bytes), alternatives);
  }

  private static List<Integer> unsigned(byte[] bytes) {
    Integer[] values = new Integer[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      values[i] = bytes[i] & 0xff;
    }
    return List.of(values);
  }
}
