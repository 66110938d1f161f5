package kz.qaqpa.http.completions;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.TokenText;
import kz.qaqpa.http.wire.WholeChoices;
import org.jspecify.annotations.Nullable;

/** The JSON of a whole completion, name by name. */
final class CompletionJson {
  private CompletionJson() {}

  /** A whole answer. */
  record Completion(
      String id,
      String object,
      long created,
      String model,
      List<Choice> choices,
      Json.UsageBody usage,
      @JsonRawValue String contentLabel) {

    /**
     * An answer that has ended.
     *
     * @param scored whether probabilities were asked for
     */
    static Completion of(Answer answer, WholeChoices choices, boolean scored) {
      return new Completion(
          answer.id(),
          "text_completion",
          answer.created(),
          answer.model(),
          choices.map(i -> Choice.of(i, choices, scored)),
          Json.UsageBody.of(choices.usage()),
          answer.label().text());
    }
  }

  /** One choice of an answer. */
  record Choice(String text, int index, @Nullable Logprobs logprobs, String finishReason) {

    private static Choice of(int i, WholeChoices choices, boolean scored) {
      return new Choice(
          choices.text(i),
          i,
          scored ? Logprobs.of(choices.scored(i)) : null,
          choices.finishReason(i));
    }
  }

  /**
   * The tokens of a choice, or of a part of it; the lists run in parallel.
   *
   * @param topLogprobs for each place the best tokens and the one chosen, best first. Of tokens
   *     with the same text the likelier one is told
   * @param textOffset characters of the answer, echo included, before each token
   */
  record Logprobs(
      List<String> tokens,
      List<Float> tokenLogprobs,
      List<Map<String, Float>> topLogprobs,
      List<Integer> textOffset) {

    static Logprobs of(List<ScoredToken> scored) {
      Logprobs all =
          new Logprobs(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (ScoredToken token : scored) {
        String text = TokenText.of(token.bytes());
        float logprob = TokenText.logprob(token.logprob());
        Map<String, Float> top = new LinkedHashMap<>();
        for (ScoredToken.Alternative other : token.alternatives()) {
          top.putIfAbsent(TokenText.of(other.bytes()), TokenText.logprob(other.logprob()));
        }
        top.putIfAbsent(text, logprob);
        all.tokens.add(text);
        all.tokenLogprobs.add(logprob);
        all.topLogprobs.add(top);
        all.textOffset.add(token.offset());
      }
      return all;
    }
  }
}
