package kz.qaqpa.http.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Function;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.Credentials;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.net.ClientCertificates;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.node.ObjectNode;

/**
 * What every route with a JSON body does first: who asks, then what is asked. Long bodies are
 * parsed off the event loop. Shared by all connections.
 */
public final class JsonDoor {
  private final AdmissionGate gate;
  private final BodyReader bodies;
  private final TokenizePool pool;
  private final EventLoops loops = new EventLoops();

  public JsonDoor(AdmissionGate gate, BodyReader bodies, TokenizePool pool) {
    this.gate = gate;
    this.bodies = bodies;
    this.pool = pool;
  }

  /**
   * Which application asks, noted in the trace.
   *
   * @return as {@link AdmissionGate#authenticate}, on the event loop
   */
  public Mono<Application> authenticate(Exchange exchange) {
    return identify(exchange).map(Caller::application);
  }

  /** The same with what has shown it. */
  public Mono<Caller> identify(Exchange exchange) {
    Credentials credentials =
        new Credentials(
            exchange.header(HttpHeaderNames.AUTHORIZATION),
            ClientCertificates.of(exchange.channel()));
    return gate.authenticate(credentials, edge(exchange))
        .doOnNext(caller -> {
          Application application = caller.application();
          exchange.trace().from(application.agency().id(), application.id());
        });
  }

  /** The connection's event loop, as Reactor wants it. */
  public Scheduler edge(Exchange exchange) {
    return loops.of(exchange.channel().eventLoop());
  }

  /**
   * Reads a body, to be called after {@link #authenticate}: who has no key gets no work done.
   *
   * @param reader from the JSON object to a request; its refusals are passed on
   * @return what the reader made of it, on the event loop
   */
  public <T> Mono<T> read(Exchange exchange, Function<ObjectNode, T> reader) {
    return bodies
        .read(exchange)
        .flatMap(body ->
            body.length <= JsonBody.LONGEST_ON_LOOP
                ? Mono.fromCallable(() -> reader.apply(JsonBody.read(body)))
                : pool.call(() -> reader.apply(JsonBody.read(body))))
        .publishOn(edge(exchange));
  }
}
