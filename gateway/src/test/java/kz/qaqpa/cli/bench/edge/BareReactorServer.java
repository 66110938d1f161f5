package kz.qaqpa.cli.bench.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * A Reactor Netty server that answers every request with the same recorded answer, and nothing
 * else: a stream, each event flushed by itself or as Reactor Netty sees fit, or a short whole one.
 * It has as many event loops as the gateway, and the same transport.
 */
final class BareReactorServer {
  private final Recording stream;
  private final byte[][] events;
  private final Recording whole;
  private final byte[] body;

  private BareReactorServer(Recording stream, Recording whole) {
    this.stream = stream;
    this.events = stream.chunks();
    this.whole = whole;
    this.body = whole.chunks()[0];
  }

  /**
   * Serves until it is ended; prints {@code ready PORT}.
   *
   * @param args the files of both recordings: of the stream, and of the whole answer
   */
  public static void main(String[] args) throws IOException {
    BareReactorServer bare =
        new BareReactorServer(Recording.read(Path.of(args[0])), Recording.read(Path.of(args[1])));
    var server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(LoopResources.create("bare", 1, loops(), true))
            .handle(bare::answer)
            .bindNow(Duration.ofSeconds(10));
    new java.io.PrintStream(System.out, true, StandardCharsets.UTF_8)
        .println("ready " + server.port());
    server.onDispose().block();
  }

  /** As {@code http.eventLoops: 0} means. */
  static int loops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
  }

  private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
    Mode mode = Mode.of(request.uri());
    return request.receive().then(Mono.defer(() -> send(response, mode)));
  }

  private Mono<Void> send(HttpServerResponse response, Mode mode) {
    Recording recording = mode == Mode.WHOLE ? whole : stream;
    recording.headers().forEach(header -> response.addHeader(header.name(), header.value()));
    ByteBufAllocator allocator = response.alloc();
    return switch (mode) {
      case WHOLE ->
          response
              .header("content-length", String.valueOf(body.length))
              .sendObject(buffer(allocator, body))
              .then();
      case EACH ->
          response
              .send(Flux.fromArray(events).map(event -> buffer(allocator, event)), _ -> true)
              .then();
      case ONCE ->
          response.send(Flux.fromArray(events).map(event -> buffer(allocator, event))).then();
    };
  }

  private static ByteBuf buffer(ByteBufAllocator allocator, byte[] bytes) {
    return allocator.buffer(bytes.length).writeBytes(bytes);
  }
}
