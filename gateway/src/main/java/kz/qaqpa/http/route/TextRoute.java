package kz.qaqpa.http.route;

import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.RandomIds;
import kz.qaqpa.http.api.DeadlineHeader;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import reactor.core.publisher.Mono;

/** {@code POST} of a {@link TextInterface}, streamed and whole. */
public final class TextRoute implements Route {
  private final TextInterface face;
  private final JsonDoor door;
  private final ChatFlow flow;
  private final AnswerWriter writer;
  private final GatewayMetrics metrics;

  public TextRoute(
      TextInterface face,
      JsonDoor door,
      ChatFlow flow,
      AnswerWriter writer,
      GatewayMetrics metrics) {
    this.face = face;
    this.door = door;
    this.flow = flow;
    this.writer = writer;
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(face.path());
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange)
        .flatMap(application ->
            door.read(exchange, face::read).flatMap(asked -> answer(exchange, application, asked)));
  }

  private Mono<Void> answer(Exchange exchange, Application application, TextInterface.Asked asked) {
    metrics.ignored(asked.ignored());
    exchange.trace().asks(asked.generation().model(), asked.streamed());
    ChatFlow.Call call =
        new ChatFlow.Call(
            face.idPrefix() + RandomIds.hex(),
            asked.generation(),
            application,
            DeadlineHeader.read(exchange.header(DeadlineHeader.NAME)),
            null,
            exchange.trace(),
            door.edge(exchange));
    return flow.run(
        call,
        answer ->
            asked.streamed()
                ? writer.stream(
                    exchange, answer, asked.events().apply(exchange.channel().alloc(), answer))
                : writer.whole(exchange, answer, asked.body().apply(answer)));
  }
}
