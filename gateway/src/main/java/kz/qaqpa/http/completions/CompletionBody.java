package kz.qaqpa.http.completions;

import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.WholeChoices;

/** The parts of an answer to one {@code text_completion} object. Confined to the event loop. */
final class CompletionBody implements AnswerWriter.WholeBody {
  private final Answer answer;
  private final boolean scored;
  private final WholeChoices choices;

  /**
   * Nothing yet.
   *
   * @param scored whether probabilities were asked for
   */
  CompletionBody(Answer answer, boolean scored) {
    this.answer = answer;
    this.scored = scored;
    this.choices = new WholeChoices(answer.choices());
  }

  @Override
  public void add(AnswerPart part) {
    choices.add(part);
  }

  @Override
  public byte[] json() {
    List<CompletionJson.Choice> list =
        IntStream.range(0, answer.choices()).mapToObj(this::choice).toList();
    return Json.bytes(
        new CompletionJson.Completion(
            answer.id(),
            "text_completion",
            answer.created(),
            answer.model(),
            list,
            Json.UsageBody.of(choices.usage())));
  }

  private CompletionJson.Choice choice(int i) {
    return new CompletionJson.Choice(
        choices.text(i),
        i,
        scored ? CompletionJson.Logprobs.of(choices.scored(i)) : null,
        choices.finishReason(i));
  }
}
