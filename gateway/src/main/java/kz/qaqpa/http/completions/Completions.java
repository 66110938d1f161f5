package kz.qaqpa.http.completions;

import kz.qaqpa.http.route.TextInterface;
import kz.qaqpa.http.wire.WholeChoices;
import tools.jackson.databind.node.ObjectNode;

/** {@code POST /v1/completions}. */
public final class Completions implements TextInterface {
  @Override
  public String path() {
    return "/v1/completions";
  }

  @Override
  public String idPrefix() {
    return "cmpl-";
  }

  @Override
  public Asked read(ObjectNode body) {
    CompletionRequestReader.Reading reading = CompletionRequestReader.read(body);
    CompletionRequest request = reading.request();
    boolean scored = request.sampling().topLogprobs() >= 0;
    return new Asked(
        request.generation(),
        reading.ignored(),
        request.stream().stream(),
        (allocator, answer) -> new CompletionEvents(allocator, answer, request.stream()),
        answer ->
            new WholeChoices(
                answer.choices(),
                choices -> CompletionJson.Completion.of(answer, choices, scored)));
  }
}
