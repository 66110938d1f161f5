package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.net.KeepAlive;
import kz.qaqpa.label.AiDisclosure;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends answers, streamed and whole, labelled, whichever interface they are for. Shared; runs on
 * each connection's event loop.
 */
public final class AnswerWriter {
  private final AiDisclosure disclosure;
  private final ErrorWriter errors;
  private final Duration keepAlive;

  /**
   * A writer.
   *
   * @param keepAlive a silent stream gets a comment line about this often
   */
  public AnswerWriter(AiDisclosure disclosure, ErrorWriter errors, Duration keepAlive) {
    this.disclosure = disclosure;
    this.errors = errors;
    this.keepAlive = keepAlive;
  }

  /**
   * Where an answer comes from, for its label.
   *
   * @param provider id of the agency that gives it
   * @param created seconds since 1970
   */
  public record Origin(String provider, long created) {}

  /** Sends an answer as server-sent events; the first byte at once. */
  public Publisher<Void> stream(Exchange exchange, Answer answer, EventEncoder encoder) {
    return stream(
        exchange,
        new Origin(answer.provider(), answer.created()),
        answer
            .parts()
            .map(encoder::part)
            .onErrorResume(
                failure -> Mono.fromSupplier(() -> encoder.error(errors.late(exchange, failure))))
            .startWith(Mono.fromSupplier(encoder::opening)));
  }

  /**
   * Sends server-sent events as they come, the first one at once.
   *
   * @param events each buffer holds whole events, possibly none
   */
  public Publisher<Void> stream(Exchange exchange, Origin origin, Flux<ByteBuf> events) {
    KeepAlive silence = new KeepAlive(exchange.channel(), keepAlive);
    label(exchange.head(200, "text/event-stream"), origin)
        .set(HttpHeaderNames.CACHE_CONTROL, "no-cache")
        .set("X-Accel-Buffering", "no");
    return exchange
        .response()
        .send(
            events
                .doOnNext(_ -> silence.spoke())
                .doOnSubscribe(_ -> silence.start())
                .doFinally(_ -> silence.stop()))
        .then()
        .doOnSuccess(_ -> done(exchange));
  }

  /**
   * Sends an answer as one JSON body, made when all of it is there.
   *
   * @param body collects the parts
   */
  public Publisher<Void> whole(Exchange exchange, Answer answer, WholeBody body) {
    return whole(
        exchange,
        new Origin(answer.provider(), answer.created()),
        answer.parts().doOnNext(body::add).then(Mono.fromSupplier(body::json)));
  }

  /** Sends an answer as one JSON body when it is there. */
  public Publisher<Void> whole(Exchange exchange, Origin origin, Mono<byte[]> body) {
    return body.flatMap(json -> {
      label(exchange.head(200, "application/json"), origin);
      return exchange.json(200, json).doOnSuccess(_ -> done(exchange));
    });
  }

  /** An answer on its way to one JSON body. Confined to the event loop. */
  public interface WholeBody {
    /** Takes the next part. */
    void add(AnswerPart part);

    /** The body, once the answer has ended. */
    byte[] json();
  }

  private HttpHeaders label(HttpHeaders headers, Origin origin) {
    return headers.set(
        AiDisclosure.HEADER,
        disclosure.value(origin.provider(), Instant.ofEpochSecond(origin.created())));
  }

  private static void done(Exchange exchange) {
    RequestTrace trace = exchange.trace();
    if (trace.finish() != null || trace.error() != null) {
      trace.enter(RequestTrace.Phase.DONE);
    }
  }
}
