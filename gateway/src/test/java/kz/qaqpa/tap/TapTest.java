package kz.qaqpa.tap;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

/** The tap itself: nothing changed on the way, and everything noted. */
class TapTest {
  private static final String TEXT = "Қақпа ашық.";

  @Test
  void passesOnAndNotes_whateverComesOverOneConnection() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(TEXT));
        Tap tap = Tap.to(gateway::address)) {
      String whole = post(gateway, tap, "\"n\":1").body();
      String streamed = post(gateway, tap, "\"stream\":true").body();
      assertThat(post(gateway, tap, "\"temperature\":3").statusCode()).isEqualTo(400);
      List<WireExchange> exchanges = tap.take();
      assertThat(exchanges).extracting(WireExchange::status).containsExactly(200, 200, 400);
      assertThat(exchanges).allMatch(WireExchange::complete);
      assertThat(exchanges).extracting(WireExchange::path).containsOnly("/v1/chat/completions");
      assertThat(exchanges.getFirst().body()).isEqualTo(whole).contains(TEXT);
      assertThat(exchanges.get(1).body()).isEqualTo(streamed);
      assertThat(exchanges.get(1).mediaType()).isEqualTo("text/event-stream");
      assertThat(Sse.text(Sse.chunks(exchanges.get(1).body()))).isEqualTo(TEXT);
      assertThat(tap.take()).isEmpty();
    }
  }

  @Test
  void readsMessagesOfAWebSocketInPieces() {
    String head = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n";
    String longText = "x".repeat(300);
    String frames =
        "\u0001\u0003{\"a\u0089\u0000\u0080\u0003\":1\u0081\u007e\u0001\u002c"
            + longText
            + "\u0088\u0000";
    List<WireExchange> exchanges =
        WireParser.parse(
            bytes("GET /v1/responses HTTP/1.1\r\nHost: x\r\n\r\n"), bytes(head + frames), false);
    assertThat(exchanges).hasSize(1);
    assertThat(exchanges.getFirst().frames()).containsExactly("{\"a\":1", longText);
    assertThat(exchanges.getFirst().complete()).isFalse();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static HttpResponse<String> post(TestGateway gateway, Tap tap, String more)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(tap.url() + "/v1/chat/completions"))
            .header("Authorization", "Bearer " + TestGateway.KEY)
            .POST(BodyPublishers.ofString(TestGateway.chat("Сәлем", more)))
            .build();
    return gateway.client().send(request, BodyHandlers.ofString());
  }
}
