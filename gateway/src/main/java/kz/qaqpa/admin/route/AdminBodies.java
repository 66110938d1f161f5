package kz.qaqpa.admin.route;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Duration;
import java.util.function.Function;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Reads the small JSON bodies of the admin port. Shared by all connections. */
public final class AdminBodies {
  /** Largest body; parsed on the event loop. */
  public static final int MOST_BYTES = 64 << 10;

  private final BodyReader bodies;
  private final EventLoops loops = new EventLoops();

  /**
   * @param timeout from the end of the headers to the end of the body
   */
  public AdminBodies(Duration timeout) {
    this.bodies = new BodyReader(MOST_BYTES, timeout);
  }

  /** The connection's event loop, as Reactor wants it. */
  public Scheduler edge(Exchange exchange) {
    return loops.of(exchange.channel().eventLoop());
  }

  /**
   * Reads a body. What a page can send without being asked, a form or text without a type, is no
   * JSON here.
   *
   * @param reader from the fields of the JSON object to what is asked; its refusals are passed on
   */
  public <T> Mono<T> read(Exchange exchange, Function<Fields, T> reader) {
    if (exchange.header(HttpHeaderNames.CONTENT_TYPE) == null) {
      throw new Refusal.UnsupportedMedia("Content-Type: absent (expected: application/json)");
    }
    return bodies.read(exchange).map(body -> reader.apply(new Fields(JsonBody.read(body), "")));
  }
}
