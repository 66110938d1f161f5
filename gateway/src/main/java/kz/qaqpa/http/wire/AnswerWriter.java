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

  /** Sends an answer as server-sent events; the first byte at once. */
  public Publisher<Void> stream(Exchange exchange, Answer answer, EventEncoder encoder) {
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

  /**
   * Sends an answer as one JSON body, made when all of it is there.
   *
   * @param body collects the parts
   */
  public Publisher<Void> whole(Exchange exchange, Answer answer, WholeBody body) {
    return answer
        .parts()
        .doOnNext(body::add)
        .then(
            Mono.defer(() -> {
              label(exchange.head(200, "application/json"), answer);
              return exchange.json(200, body.json()).doOnSuccess(_ -> done(exchange));
            }));
  }

  /** An answer on its way to one JSON body. Confined to the event loop. */
  public interface WholeBody {
    /** Takes the next part. */
    void add(AnswerPart part);

    /** The body, once the answer has ended. */
    byte[] json();
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
}
