package kz.qaqpa.admin.route;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Answers of one JSON object a line, sent as they are read. Functions only. */
public final class JsonLines {
  private static final String TYPE = "application/x-ndjson";
  private static final byte[] END = {'\n'};
  private static final int AHEAD = 32;

  private JsonLines() {}

  /**
   * Sends lines; no more is in memory than a socket takes. They are written where they come, not on
   * the event loop.
   *
   * @param edge the connection's event loop
   * @param records that the lines are made of; a failure before the first one is passed on, and no
   *     status is sent
   */
  public static Mono<Void> send(Exchange exchange, Scheduler edge, Flux<?> records) {
    return records
        .map(Json::bytes)
        .publishOn(edge, AHEAD)
        .map(json -> Unpooled.wrappedBuffer(json, END))
        // A status of 200 is decided only when the first one is there.
        .switchOnFirst((first, lines) -> {
          Throwable failure = first.getThrowable();
          return failure != null ? Flux.error(failure) : sent(exchange, lines);
        })
        .then();
  }

  private static Mono<Void> sent(Exchange exchange, Flux<ByteBuf> lines) {
    exchange.head(200, TYPE);
    return exchange.response().send(lines).then();
  }
}
