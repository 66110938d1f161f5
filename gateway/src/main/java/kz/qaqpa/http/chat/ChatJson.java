package kz.qaqpa.http.chat;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.util.List;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.TokenLogprob;
import kz.qaqpa.http.wire.WholeChoices;
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
          "chat.completion",
          answer.created(),
          answer.model(),
          choices.map(i -> Choice.of(i, choices, scored)),
          Json.UsageBody.of(choices.usage()),
          answer.label().text());
    }
  }

  /** One choice of an answer. */
  record Choice(
      int index, AssistantMessage message, @Nullable Logprobs logprobs, String finishReason) {

    private static Choice of(int i, WholeChoices choices, boolean scored) {
      return new Choice(
          i,
          new AssistantMessage("assistant", choices.text(i), null),
          scored ? Logprobs.of(choices.scored(i)) : null,
          choices.finishReason(i));
    }
  }

  /** What the model said. */
  record AssistantMessage(String role, String content, @Nullable String refusal) {}

  /** The tokens of a choice, or of a part of it. */
  record Logprobs(List<TokenLogprob> content, @Nullable List<TokenLogprob> refusal) {

    static Logprobs of(List<ScoredToken> tokens) {
      return new Logprobs(tokens.stream().map(ScoredToken::told).toList(), null);
    }
  }
}
