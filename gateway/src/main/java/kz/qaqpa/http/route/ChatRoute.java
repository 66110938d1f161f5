package kz.qaqpa.http.route;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.api.ChatRequest;
import kz.qaqpa.http.api.ChatRequestReader;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.net.KeepAlive;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.http.wire.SseEncoder;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code POST /v1/chat/completions}, streamed and whole. */
public final class ChatRoute implements Route {
  /** Bodies beyond this would hold up the other connections of an event loop. */
  private static final int PARSED_ON_LOOP = 64 << 10;

  private final AdmissionGate gate;
  private final BodyReader bodies;
  private final TokenizePool pool;
  private final ChatFlow flow;
  private final AiDisclosure disclosure;
  private final ErrorWriter errors;
  private final GatewayMetrics metrics;
  private final Duration keepAlive;
  private final EventLoops loops = new EventLoops();

  public ChatRoute(
      AdmissionGate gate,
      BodyReader bodies,
      TokenizePool pool,
      ChatFlow flow,
      AiDisclosure disclosure,
      ErrorWriter errors,
      GatewayMetrics metrics,
      Duration keepAlive) {
    this.gate = gate;
    this.bodies = bodies;
    this.pool = pool;
    this.flow = flow;
    this.disclosure = disclosure;
    this.errors = errors;
    this.metrics = metrics;
    this.keepAlive = keepAlive;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/chat/completions");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    // Before the body: who has no key gets no work done.
    Application application = gate.authenticate(exchange.header(HttpHeaderNames.AUTHORIZATION));
    exchange.trace().from(application.agency().id(), application.id());
    Scheduler edge = loops.of(exchange.channel().eventLoop());
    return bodies
        .read(exchange)
        .flatMap(this::parse)
        .publishOn(edge)
        .flatMap(reading -> answer(exchange, application, reading, edge));
  }

  private Mono<ChatRequestReader.Reading> parse(byte[] body) {
    return body.length <= PARSED_ON_LOOP
        ? Mono.fromCallable(() -> ChatRequestReader.read(JsonBody.read(body)))
        : pool.call(() -> ChatRequestReader.read(JsonBody.read(body)));
  }

  private Mono<Void> answer(
      Exchange exchange,
      Application application,
      ChatRequestReader.Reading reading,
      Scheduler edge) {
    ChatRequest request = reading.request();
    metrics.ignored(reading.ignored());
    exchange.trace().asks(request.model(), request.stream());
    ChatFlow.Call call =
        new ChatFlow.Call(
            "chatcmpl-" + Exchange.randomHex(), request, application, exchange.trace(), edge);
    return flow.run(
        call,
        answer ->
            request.stream()
                ? stream(exchange, answer, request.includeUsage())
                : whole(exchange, answer));
  }

  private Publisher<Void> stream(Exchange exchange, Answer answer, boolean includeUsage) {
    SseEncoder encoder = new SseEncoder(exchange.channel().alloc(), answer, includeUsage);
    KeepAlive silence = new KeepAlive(exchange.channel(), keepAlive);
    Flux<ByteBuf> events =
        answer
            .parts()
            .map(part -> {
              silence.spoke();
              return encoder.part(part);
            })
            .onErrorResume(
                failure -> Mono.fromSupplier(() -> encoder.error(errors.late(exchange, failure))))
            .startWith(Mono.fromSupplier(encoder::opening))
            .doOnSubscribe(_ -> silence.start())
            .doFinally(_ -> silence.stop());
    label(exchange.head(200, "text/event-stream"), answer)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set("X-Accel-Buffering", "no");
    return exchange.response().send(events).then().doOnSuccess(_ -> done(exchange));
  }

  private Publisher<Void> whole(Exchange exchange, Answer answer) {
    return answer
        .parts()
        .collect(WholeAnswer::new, WholeAnswer::add)
        .flatMap(whole -> {
          label(exchange.head(200, "application/json"), answer);
          return exchange.json(200, whole.json(answer)).doOnSuccess(_ -> done(exchange));
        });
  }

  private HttpHeaders label(HttpHeaders headers, Answer answer) {
    return headers.set(
        AiDisclosure.HEADER,
        disclosure.value(answer.provider(), Instant.ofEpochSecond(answer.created())));
  }

  private static void done(Exchange exchange) {
    RequestTrace trace = exchange.trace();
    if (trace.finish() != null || trace.error() != null) {
      trace.enter(RequestTrace.Phase.DONE);
    }
  }

  /** Parts joined. */
  private static final class WholeAnswer {
    private final StringBuilder text = new StringBuilder();
    private AnswerPart.@Nullable Ending ending;

    void add(AnswerPart part) {
      text.append(part.text());
      ending = part.ending();
    }

    byte[] json(Answer answer) {
      if (ending == null) {
        throw new IllegalStateException("an answer without an end");
      }
      return Json.bytes(
          Json.Completion.of(
              answer.id(),
              answer.created(),
              answer.model(),
              text.toString(),
              ending.finishReason(),
              ending.usage()));
    }
  }
}
