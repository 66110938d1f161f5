package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.net.KeepAlive;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.label.http.ContentDigest;
import kz.qaqpa.label.http.HeadSigner;
import kz.qaqpa.label.http.SignedHead;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SigningFailure;
import kz.qaqpa.label.stamp.Labelling;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends answers, streamed and whole, labelled, whichever interface they are for. Shared; runs on
 * each connection's event loop.
 */
public final class AnswerWriter {
  private final AiDisclosure disclosure;
  private final Labelling labels;
  private final EventLoops loops = new EventLoops();
  private final ErrorWriter errors;
  private final Duration keepAlive;

  /**
   * A writer.
   *
   * @param labels signs heads, where that is wanted
   * @param keepAlive a silent stream gets a comment line about this often
   */
  public AnswerWriter(
      AiDisclosure disclosure, Labelling labels, ErrorWriter errors, Duration keepAlive) {
    this.disclosure = disclosure;
    this.labels = labels;
    this.errors = errors;
    this.keepAlive = keepAlive;
  }

  /**
   * Where an answer comes from, for its label.
   *
   * @param provider id of the agency that gives it
   * @param created seconds since 1970
   * @param seat of the answer with those who sign; null where it was given before
   */
  public record Origin(String provider, long created, LabelSigner.@Nullable Seat seat) {}

  /** Sends an answer as server-sent events; the first byte at once. */
  public Publisher<Void> stream(Exchange exchange, Answer answer, EventEncoder encoder) {
    return stream(
        exchange,
        origin(answer),
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
    return signed(exchange, origin)
        .then(
            Mono.defer(() ->
                exchange
                    .response()
                    .send(
                        events
                            .doOnNext(_ -> silence.spoke())
                            .doOnSubscribe(_ -> silence.start())
                            .doFinally(_ -> silence.stop()))
                    .then()))
        .doOnSuccess(_ -> done(exchange));
  }

  private static Origin origin(Answer answer) {
    return new Origin(answer.provider(), answer.created(), answer.label().seat());
  }

  /**
   * Sends an answer as one JSON body, made when all of it is there.
   *
   * @param body collects the parts
   */
  public Publisher<Void> whole(Exchange exchange, Answer answer, WholeBody body) {
    return whole(
        exchange,
        origin(answer),
        answer.parts().doOnNext(body::add).then(Mono.fromSupplier(body::json)));
  }

  /** Sends an answer as one JSON body when it is there. */
  public Publisher<Void> whole(Exchange exchange, Origin origin, Mono<byte[]> body) {
    return body.flatMap(json -> {
      HttpHeaders headers = label(exchange.head(200, "application/json"), origin);
      if (labels.heads() != null) {
        headers.set(ContentDigest.FIELD, ContentDigest.of(json));
      }
      return signed(exchange, origin)
          .then(Mono.defer(() -> exchange.json(200, json)))
          .doOnSuccess(_ -> done(exchange));
    });
  }

  /** Signs the head where that is wanted; completes when nothing is left to be added to it. */
  private Mono<Void> signed(Exchange exchange, Origin origin) {
    HeadSigner heads = labels.heads();
    if (heads == null) {
      return Mono.empty();
    }
    LabelSigner.Seat seat = origin.seat();
    Mono<Void> signed =
        seat == null
            ? Mono.using(labels.signer()::seat, own -> signed(exchange, heads, own))
            : signed(exchange, heads, seat);
    return signed.onErrorMap(
        SigningFailure.class, failure -> new Refusal.Overloaded(failure.text()));
  }

  private Mono<Void> signed(Exchange exchange, HeadSigner heads, LabelSigner.Seat seat) {
    HttpHeaders headers = exchange.response().responseHeaders();
    return heads
        .sign(seat, 200, headers::getAll)
        .publishOn(loops.of(exchange.channel().eventLoop()))
        .doOnNext(head ->
            headers
                .set(SignedHead.INPUT_FIELD, head.input())
                .set(SignedHead.SIGNATURE_FIELD, head.signature()))
        .then();
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
