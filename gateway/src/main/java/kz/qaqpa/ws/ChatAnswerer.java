package kz.qaqpa.ws;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.SamplingOptions;
import kz.qaqpa.http.wire.Exchange;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** For as long as there is no Responses API. */
record ChatAnswerer(ChatFlow flow) implements Answerer {
  @Override
  public Mono<Void> run(Question question, Function<Reply, Publisher<Void>> respond) {
    String input = question.body().path("input").asString("");
    String id = "resp_" + Exchange.randomHex();
    question.trace().asks(question.body().path("model").asString(""), true);
    Generation generation =
        new Generation(
            question.body().path("model").asString(""),
            List.of(
                new Prompt.Conversation(List.of(new ChatMessage("user", input)), false, "input")),
            1,
            question.body().has("max_output_tokens")
                ? question.body().get("max_output_tokens").intValue()
                : null,
            "max_output_tokens",
            new SamplingOptions(null, null, null, null, null, null, null, null),
            List.of(),
            0);
    AtomicInteger seq = new AtomicInteger();
    Sinks.Empty<Void> cancelled = Sinks.empty();
    return flow.run(
        new ChatFlow.Call(
            id, generation, question.application(), question.trace(), question.edge()),
        answer ->
            respond.apply(
                new Reply() {
                  @Override
                  public String id() {
                    return id;
                  }

                  @Override
                  public Flux<Event> events() {
                    return Flux.<Event>just(
                            new E(id, "response.created", seq.getAndIncrement(), null),
                            new E(id, "response.in_progress", seq.getAndIncrement(), null))
                        .concatWith(
                            answer
                                .parts()
                                .takeUntilOther(cancelled.asMono())
                                .<Event>map(part ->
                                    new E(
                                        id,
                                        "response.output_text.delta",
                                        seq.getAndIncrement(),
                                        part.text())))
                        .concatWith(
                            Mono.fromSupplier(() ->
                                new E(id, "response.completed", seq.getAndIncrement(), null)));
                  }

                  @Override
                  public Event inProgress() {
                    return new E(id, "response.in_progress", seq.getAndIncrement(), null);
                  }

                  @Override
                  public void cancel() {
                    cancelled.tryEmitEmpty();
                  }
                }));
  }

  record E(String id, String type, int n, @Nullable String delta) implements Event {
    record W(
        String type,
        int sequenceNumber,
        java.util.Map<String, String> response,
        @Nullable String delta,
        @com.fasterxml.jackson.annotation.JsonInclude(
                com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)
            @Nullable String streamId) {}

    @Override
    public byte[] json(@Nullable String streamId) {
      return Json.bytes(new W(type, n, java.util.Map.of("id", id), delta, streamId));
    }
  }
}
