package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's own client, in clear text and over TLS. */
class WsJavaClientTest {

  @Test
  void asksAndCloses() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("Сәлем"))) {
      converse(gateway, HttpClient.newHttpClient(), "ws");
    }
  }

  @Test
  void overTls(@TempDir java.nio.file.Path folder) throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway gateway =
        TestGateway.of(
            Script.saying("Сәлем"),
            Script.model(TestGateway.CONTEXT),
            java.util.function.UnaryOperator.identity(),
            certificates.settings(TlsSettings.Client.NONE))) {
      converse(
          gateway, HttpClient.newBuilder().sslContext(certificates.client(false)).build(), "wss");
    }
  }

  @Test
  void aWrongKey_isToldByTheHandshake() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("Сәлем"));
        HttpClient http = HttpClient.newHttpClient()) {
      CompletableFuture<WebSocket> socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer qpk_wrong")
              .buildAsync(uri(gateway, "ws"), new Messages());
      assertThat(socket)
          .failsWithin(java.time.Duration.ofSeconds(10))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("WebSocketHandshakeException");
    }
  }

  private static void converse(TestGateway gateway, HttpClient http, String scheme)
      throws Exception {
    Messages messages = new Messages();
    try (http) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + TestGateway.KEY)
              .subprotocols("qaqpa.responses.v1")
              .buildAsync(uri(gateway, scheme), messages)
              .get(60, TimeUnit.SECONDS);
      assertThat(socket.getSubprotocol()).isEqualTo("qaqpa.responses.v1");
      socket.sendPing(ByteBuffer.wrap(new byte[] {1})).join();
      socket
          .sendText("{\"type\":\"response.create\",\"model\":\"kaz-mini\",", false)
          .thenCompose(sent -> sent.sendText("\"input\":\"қалай?\"}", true))
          .join();
      assertThat(messages.completed.get(60, TimeUnit.SECONDS)).contains("Сәлем");
      assertThat(messages.pong.get(60, TimeUnit.SECONDS)).isTrue();
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
      assertThat(messages.closed.get(60, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
      gateway.awaitNothingLeft();
    }
  }

  private static URI uri(TestGateway gateway, String scheme) {
    return URI.create(scheme + "://127.0.0.1:" + gateway.address().getPort() + "/v1/responses");
  }

  private static final class Messages implements WebSocket.Listener {
    final CompletableFuture<String> completed = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final CompletableFuture<Boolean> pong = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        String message = text.toString();
        text.setLength(0);
        if (message.contains("\"type\":\"response.completed\"")) {
          completed.complete(message);
        }
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      pong.complete(true);
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(code);
      return null;
    }
  }
}
