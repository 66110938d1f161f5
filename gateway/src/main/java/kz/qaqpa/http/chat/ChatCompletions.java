package kz.qaqpa.http.chat;

import kz.qaqpa.http.route.TextInterface;
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
    return new Asked(
        request.generation(),
        reading.ignored(),
        request.stream().stream(),
        (allocator, answer) -> new ChatEvents(allocator, answer, request.stream()),
        answer -> new ChatBody(answer, request.sampling().topLogprobs() >= 0));
  }
}
