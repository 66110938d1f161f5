package kz.qaqpa.http.responses;

import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.http.api.DeadlineHeader;
import kz.qaqpa.http.api.responses.ResponsesRequest;
import kz.qaqpa.http.api.responses.ResponsesRequestReader;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponseMemory;
import kz.qaqpa.responses.ResponseStream;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.responses.event.ResponseEvent;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** {@code POST /v1/responses}, streamed and whole. Shared by all connections. */
public final class ResponsesRoute implements Route {
  private final JsonDoor door;
  private final ResponsesFlow flow;
  private final AnswerWriter writer;
  private final ErrorWriter errors;
  private final GatewayMetrics metrics;

  public ResponsesRoute(
      JsonDoor door,
      ResponsesFlow flow,
      AnswerWriter writer,
      ErrorWriter errors,
      GatewayMetrics metrics) {
    this.door = door;
    this.flow = flow;
    this.writer = writer;
    this.errors = errors;
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/responses");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange)
        .flatMap(application ->
            door.read(exchange, ResponsesRequestReader::read)
                .flatMap(reading -> answer(exchange, application, reading)));
  }

  private Mono<Void> answer(
      Exchange exchange, Application application, ResponsesRequestReader.Reading reading) {
    ResponsesRequest request = reading.request();
    boolean streamed = request.stream().stream();
    metrics.ignored(reading.ignored());
    exchange.trace().asks(request.model(), streamed);
    return flow.run(
        new ResponsesFlow.Call(
            request,
            application,
            DeadlineHeader.read(exchange.header(DeadlineHeader.NAME)),
            exchange.trace(),
            door.edge(exchange),
            ResponseMemory.none()),
        response -> streamed ? stream(exchange, response) : whole(exchange, response));
  }

  private Publisher<Void> stream(Exchange exchange, ResponseStream response) {
    ByteBufAllocator allocator = exchange.channel().alloc();
    return writer.stream(
        exchange,
        origin(response),
        response
            .events()
            .doOnNext(event -> note(exchange, event))
            .map(event -> EventFrames.of(allocator, event)));
  }

  private static AnswerWriter.Origin origin(ResponseStream response) {
    return new AnswerWriter.Origin(
        response.provider(), response.created(), response.label().seat());
  }

  private void note(Exchange exchange, ResponseEvent event) {
    ResponseEvent.End end = event.end();
    if (end != null && end.failure() != null) {
      errors.late(exchange, end.failure());
    }
  }

  /** What failed is an error here: nothing has been sent, and clients know how to try again. */
  private Publisher<Void> whole(Exchange exchange, ResponseStream response) {
    return writer.whole(
        exchange,
        origin(response),
        response
            .events()
            .<byte[]>handle((event, sink) -> {
              ResponseEvent.End end = event.end();
              if (end != null && end.failure() != null) {
                sink.error(end.failure());
              } else if (end != null) {
                sink.next(end.response());
              }
            })
            .single());
  }
}
