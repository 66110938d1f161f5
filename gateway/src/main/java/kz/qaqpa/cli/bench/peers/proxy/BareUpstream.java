package kz.qaqpa.cli.bench.peers.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.client.Options;
import reactor.core.publisher.Flux;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * A server that answers everything with the same event stream and looks at nothing: what is added
 * to it, a gateway adds. A process of its own.
 */
public final class BareUpstream {
  private BareUpstream() {}

  /**
   * Serves on a free port of 127.0.0.1, prints {@code ready PORT}, ends with its process.
   *
   * @param args {@code --answer FILE}, the body of an event stream
   */
  public static void main(String[] args) throws IOException {
    Options options = Options.parse(List.of(args), Set.of("answer"), Set.of());
    List<byte[]> events = events(Files.readString(Path.of(options.get("answer", "answer.sse"))));
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((request, response) ->
                request
                    .receive()
                    .then()
                    .thenMany(
                        response
                            .header(HttpHeaderNames.CONTENT_TYPE, "text/event-stream")
                            .sendByteArray(Flux.fromIterable(events)))
                    .then())
            .bindNow();
    new PrintStream(System.out, true, StandardCharsets.UTF_8).println("ready " + server.port());
    server.onDispose().block();
  }

  /** Each event with the empty line behind it. */
  static List<byte[]> events(String stream) {
    return List.of(stream.split("(?<=\n\n)", -1)).stream()
        .filter(event -> !event.isEmpty())
        .map(event -> event.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
