package kz.qaqpa.http.chat;

import kz.qaqpa.http.route.TextInterface;
import kz.qaqpa.http.wire.WholeChoices;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/chat/completions}. */
public final class ChatCompletions implements TextInterface {
  @Override
  public String path() {
    return "/v1/chat/completions";
  }

  @Override
  public String idPrefix() {
    return "chatcmpl-";
  }

  @Override
  public Asked read(ObjectNode body) {
    ChatRequestReader.Reading reading = ChatRequestReader.read(body);
    ChatRequest request = reading.request();
    boolean scored = request.sampling().topLogprobs() >= 0;
    return new Asked(
        request.generation(),
        reading.ignored(),
        request.stream().stream(),
        (allocator, answer) -> new ChatEvents(allocator, answer, request.stream()),
        answer ->
            new WholeChoices(
                answer.choices(), choices -> ChatJson.Completion.of(answer, choices, scored)));
  }
}
