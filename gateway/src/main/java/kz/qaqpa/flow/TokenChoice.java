package kz.qaqpa.flow;

import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.sample.EarlyMask;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.http.api.TokenRules;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens an answer may have and which end it: the model's own and what a request said.
 *
 * @param stopTokens that end it
 * @param mask tokens that it never has
 * @param early the mask until it is as long as was asked for, or null
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on once; never changed.
record TokenChoice(int[] stopTokens, TokenMask mask, @Nullable EarlyMask early) {

  /**
   * The choice for a request; costs more than a look only if the request says something.
   *
   * @throws Refusal.BadRequest if no token would be left
   */
  static TokenChoice of(ServedModel model, TokenRules rules) {
    int[] own = rules.ignoreEos() ? new int[0] : model.stopTokens();
    int[] stops = concat(own, rules.stopTokenIds());
    TokenMask mask = model.mask();
    List<Integer> allowed = rules.allowedTokenIds();
    if (allowed != null) {
      mask = only(mask, allowed);
    }
    if (rules.ignoreEos()) {
      mask = without(mask, model.stopTokens(), "ignore_eos", "true");
    }
    EarlyMask early =
        rules.minTokens() == 0
            ? null
            : new EarlyMask(
                rules.minTokens(),
                without(mask, stops, "min_tokens", Integer.toString(rules.minTokens())));
    return new TokenChoice(stops, mask, early);
  }

  private static int[] concat(int[] own, List<Integer> more) {
    return more.isEmpty()
        ? own
        : IntStream.concat(IntStream.of(own), more.stream().mapToInt(id -> id)).toArray();
  }

  private static TokenMask only(TokenMask mask, List<Integer> allowed) {
    int[] left = allowed.stream().mapToInt(id -> id).filter(id -> !mask.contains(id)).toArray();
    if (left.length == 0) {
      throw Refusal.BadRequest.value(
          "allowed_token_ids", "no token that an answer may have", "at least one");
    }
    return mask.among(left);
  }

  private static TokenMask without(TokenMask mask, int[] stops, String field, String value) {
    try {
      return stops.length == 0 ? mask : mask.plus(stops);
    } catch (IllegalArgumentException nothingLeft) {
      throw Refusal.BadRequest.value(
          field, value, "tokens in allowed_token_ids that do not end the answer");
    }
  }

  /** The same way of sampling, among these tokens. */
  SamplingParams of(SamplingParams sampling) {
    return sampling.withMask(mask).withEarly(early);
  }
}
