package kz.qaqpa.http.completions;

import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import reactor.core.publisher.Mono;

/** {@code POST /v1/completions}, streamed and whole. */
public final class CompletionsRoute implements Route {
  private final JsonDoor door;
  private final ChatFlow flow;
  private final AnswerWriter writer;
  private final GatewayMetrics metrics;

  public CompletionsRoute(
      JsonDoor door, ChatFlow flow, AnswerWriter writer, GatewayMetrics metrics) {
    this.door = door;
    this.flow = flow;
    this.writer = writer;
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/completions");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    Application application = door.authenticate(exchange);
    return door.read(exchange, CompletionRequestReader::read)
        .flatMap(reading -> answer(exchange, application, reading));
  }

  private Mono<Void> answer(
      Exchange exchange, Application application, CompletionRequestReader.Reading reading) {
    CompletionRequest request = reading.request();
    metrics.ignored(reading.ignored());
    exchange.trace().asks(request.model(), request.stream().stream());
    ChatFlow.Call call =
        new ChatFlow.Call(
            "cmpl-" + Exchange.randomHex(),
            request.generation(),
            application,
            exchange.trace(),
            door.edge(exchange));
    ByteBufAllocator allocator = exchange.channel().alloc();
    return flow.run(
        call,
        answer ->
            request.stream().stream()
                ? writer.stream(
                    exchange, answer, new CompletionEvents(allocator, answer, request.stream()))
                : writer.whole(
                    exchange,
                    answer,
                    new CompletionBody(answer, request.sampling().topLogprobs() >= 0)));
  }
}
