package kz.qaqpa.http.chat;

import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.WholeChoices;

/** The parts of an answer to one {@code chat.completion} object. Confined to the event loop. */
final class ChatBody implements AnswerWriter.WholeBody {
  private final Answer answer;
  private final boolean scored;
  private final WholeChoices choices;

  /**
   * Nothing yet.
   *
   * @param scored whether probabilities were asked for
   */
  ChatBody(Answer answer, boolean scored) {
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
    List<ChatJson.Choice> list =
        IntStream.range(0, answer.choices()).mapToObj(this::choice).toList();
    return Json.bytes(
        new ChatJson.Completion(
            answer.id(),
            "chat.completion",
            answer.created(),
            answer.model(),
            list,
            Json.UsageBody.of(choices.usage())));
  }

  private ChatJson.Choice choice(int i) {
    return new ChatJson.Choice(
        i,
        new ChatJson.AssistantMessage("assistant", choices.text(i), null),
        scored ? ChatJson.Logprobs.of(choices.scored(i)) : null,
        choices.finishReason(i));
  }
}
