package kz.qaqpa.http.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.fixture.Labellings;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerLabel;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.http.api.StreamOptions;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.label.stamp.Labelling;
import kz.qaqpa.metrics.GatewayMetrics;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** How often a stream reaches for the socket. */
class StreamFlushTest {
  private static final int EVENTS = 200;

  private final AtomicInteger flushes = new AtomicInteger();

  @Test
  void eventsOfOneWakeUp_areFlushedTogether() throws Exception {
    Flux<AnswerPart> atOnce =
        Flux.range(0, EVENTS)
            .map(i -> new AnswerPart(0, "қ", List.of(), null))
            .concatWith(
                Mono.just(
                    new AnswerPart(
                        0,
                        "",
                        List.of(),
                        new AnswerPart.Ending(FinishReason.STOP, new Usage(1, 0, EVENTS)))));
    try (GatewayMetrics metrics = new GatewayMetrics("m");
        Labelling labelling = Labellings.fresh();
        AnswerLabel label = Labellings.answer(labelling)) {
      Answer answer = new Answer("chatcmpl-1", 1, "m", "p", 1, label, atOnce, Mono.empty());
      AnswerWriter writer =
          new AnswerWriter(
              new AiDisclosure("m"),
              labelling,
              new ErrorWriter(metrics, new MemoryLedger()),
              Duration.ofMinutes(1));
      DisposableServer server = server(writer, answer);
      try (HttpClient client = HttpClient.newHttpClient()) {
        int port = ((InetSocketAddress) server.address()).getPort();
        URI uri = URI.create("http://127.0.0.1:" + port + "/");
        String body =
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
        assertThat(body.split("\n\n")).hasSize(EVENTS + 3);
        assertThat(flushes.get()).isBetween(1, 12);
      } finally {
        server.disposeNow();
      }
    }
  }

  private DisposableServer server(AnswerWriter writer, Answer answer) {
    return HttpServer.create()
        .host("127.0.0.1")
        .port(0)
        .doOnChannelInit((_, channel, _) -> channel.pipeline().addFirst(new FlushCounter()))
        .handle((request, response) -> {
          Exchange exchange = new Exchange(request, response);
          return writer.stream(
              exchange,
              answer,
              new ChatEvents(
                  exchange.channel().alloc(), answer, new StreamOptions(true, false, false)));
        })
        .bindNow();
  }

  private final class FlushCounter extends ChannelOutboundHandlerAdapter {
    @Override
    public void flush(ChannelHandlerContext context) {
      flushes.incrementAndGet();
      context.flush();
    }
  }
}
