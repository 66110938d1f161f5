package kz.qaqpa.http.labels;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.route.AddressLimit;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.label.verify.Reading;
import kz.qaqpa.label.verify.Verification;
import kz.qaqpa.ledger.label.RegisteredLabel;
import kz.qaqpa.thread.WorkerThreads;
import reactor.core.publisher.Mono;

/**
 * {@code POST /v1/labels/verify}: whether a label is genuine and a text its own, for everybody,
 * without a key. Nothing of it is done on the event loop.
 */
final class VerifyRoute implements Route {
  static final String PATH = "/v1/labels/verify";

  private static final int AT_ONCE = 2;
  private static final int MOST_WAITING = 64;

  private final LabelVerifier verifier;
  private final LabelLookup lookup;
  private final AddressLimit limit;
  private final BodyReader bodies;
  private final InstantSource clock;

  /** Strangers' texts are hashed on threads of their own: nobody's tokens wait behind them. */
  private final WorkerThreads threads =
      WorkerThreads.passing("label-verify", AT_ONCE, MOST_WAITING, Duration.ofSeconds(10));

  private final EventLoops loops = new EventLoops();

  VerifyRoute(
      LabelVerifier verifier,
      LabelLookup lookup,
      AddressLimit limit,
      BodyReader bodies,
      InstantSource clock) {
    this.verifier = verifier;
    this.lookup = lookup;
    this.clock = clock;
    this.limit = limit;
    this.bodies = bodies;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(PATH);
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    limit.count(exchange);
    return bodies
        .read(exchange)
        .flatMap(body -> worked(() -> VerifyRequest.read(JsonBody.read(body))))
        .flatMap(this::verify)
        .map(verification -> Json.bytes(VerificationJson.of(verification)))
        .publishOn(loops.of(exchange.channel().eventLoop()))
        .flatMap(answer -> {
          exchange.response().responseHeaders().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
          return exchange.json(200, answer);
        });
  }

  private <T> Mono<T> worked(Callable<T> work) {
    return threads.call(
        work,
        () ->
            new Refusal.Overloaded(
                "waiting to be verified: " + MOST_WAITING + " texts (expected: fewer)"));
  }

  private Mono<Verification> verify(VerifyRequest request) {
    String id = request.id();
    String label = request.label();
    if (id != null) {
      return lookup
          .find(id)
          .flatMap(found -> judge(read(found), request.text()))
          .switchIfEmpty(Mono.fromSupplier(LabelVerifier::unknown));
    }
    return worked(() -> verifier.read(label == null ? "" : label))
        .flatMap(reading -> judge(reading, request.text()));
  }

  /** What was signed, with its signature, or on the registry's word alone. */
  private Reading read(RegisteredLabel found) {
    String jws = found.jws();
    return jws == null
        ? verifier.unsigned(found.payload().getBytes(StandardCharsets.UTF_8))
        : verifier.read(jws);
  }

  private Mono<Verification> judge(Reading reading, GivenText text) {
    return switch (reading) {
      case Reading.Refused _ ->
          Mono.just(verifier.judge(reading, List.of(text), null, clock.instant()));
      case Reading.Genuine genuine ->
          worked(() -> LabelVerifier.hashes(text.text()))
              .flatMap(hashes -> lookup.said(genuine.label().id(), hashes))
              .flatMap(said ->
                  worked(() ->
                      verifier.judge(genuine, List.of(text), said.labels(), clock.instant())));
    };
  }
}
