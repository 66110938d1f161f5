import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code java WebSocketChat.java}: one question over WebSocket, with the JDK alone. */
class WebSocketChat implements WebSocket.Listener {
  private static final Pattern DELTA = Pattern.compile("\"delta\":\"((?:[^\"\\\\]|\\\\.)*)\"");

  private final StringBuilder message = new StringBuilder();
  private final CompletableFuture<String> last = new CompletableFuture<>();

  @Override
  public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean whole) {
    message.append(part);
    if (whole) {
      event(message.toString());
      message.setLength(0);
    }
    socket.request(1);
    return null;
  }

  private void event(String json) {
    Matcher delta = DELTA.matcher(json);
    if (json.startsWith("{\"type\":\"response.output_text.delta\"") && delta.find()) {
      System.out.print(delta.group(1).translateEscapes());
    } else if (json.matches("(?s)\\{\"type\":\"(error|response\\.(completed|incomplete|failed))\".*")) {
      last.complete(json);
    }
  }

  public static void main(String[] args) throws Exception {
    String url = System.getenv().getOrDefault("QAQPA_URL", "http://127.0.0.1:8080");
    WebSocketChat chat = new WebSocketChat();
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .header("Authorization", "Bearer " + System.getenv("QAQPA_KEY"))
              .buildAsync(URI.create(url.replaceFirst("^http", "ws") + "/v1/responses"), chat)
              .join();
      String ask = "{\"type\":\"response.create\",\"model\":\"kaz-mini\",\"input\":\"Сәлем!\"}";
      socket.sendText(ask, true);
      System.out.println("\n" + chat.last.join().replaceFirst("(?s)^\\{\"type\":\"([a-z.]+)\".*", "$1"));
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
    }
  }
}
