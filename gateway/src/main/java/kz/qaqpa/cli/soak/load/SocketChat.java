package kz.qaqpa.cli.soak.load;

import java.net.URI;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation of some turns over WebSocket, each continuing the one before; one in four ends in
 * the middle of an answer, without a word.
 */
public final class SocketChat implements User {
  private static final int TURNS = 4;
  private static final int MAX_TOKENS = 48;
  private static final int PATIENCE_SECONDS = 120;

  private final Site site;
  private final String key;

  public SocketChat(Site site, String key) {
    this.site = site;
    this.key = key;
  }

  @Override
  public String name() {
    return "websocket";
  }

  @Override
  public int pauseMillis() {
    return 400;
  }

  @Override
  public void turn(RandomGenerator random) throws Exception {
    boolean leaves = random.nextInt(4) == 0;
    Messages messages = new Messages();
    WebSocket socket =
        site.http()
            .newWebSocketBuilder()
            .header("Authorization", "Bearer " + key)
            .buildAsync(
                URI.create(site.api().toString().replaceFirst("^http", "ws") + "/v1/responses"),
                messages)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    try {
      String previous = null;
      for (int turn = 0; turn < TURNS; turn++) {
        boolean last = leaves && turn == TURNS - 1;
        previous = ask(socket, messages, random, previous, last);
        if (previous == null) {
          return;
        }
      }
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      site.outcomes().count("websocket: conversation", messages.next().equals("closed"));
    } finally {
      socket.abort();
    }
  }

  /** The id of the response, or null where the conversation is over. */
  private @Nullable String ask(
      WebSocket socket,
      Messages messages,
      RandomGenerator random,
      @Nullable String previous,
      boolean leaves)
      throws Exception {
    ObjectNode create = Site.JSON.createObjectNode();
    create.put("type", "response.create").put("model", site.model());
    create.put("max_output_tokens", MAX_TOKENS).put("store", random.nextBoolean());
    create.put("input", site.prompts().next(random));
    if (previous != null) {
      create.put("previous_response_id", previous);
    }
    socket.sendText(create.toString(), true).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    while (true) {
      String text = messages.next();
      if (!text.startsWith("{")) {
        site.outcomes().surprise("websocket: " + text);
        return null;
      }
      JsonNode event = Site.JSON.readTree(text);
      String type = event.path("type").asString("");
      if (leaves && type.equals("response.output_text.delta")) {
        site.outcomes().expected("websocket: left");
        return null;
      }
      switch (type) {
        case "response.completed", "response.incomplete" -> {
          site.outcomes().expected("websocket: " + type);
          return event.at("/response/id").asString();
        }
        case "response.failed", "error" -> {
          String code =
              event.at("/error/code").asString(event.at("/response/error/code").asString(""));
          site.outcomes().surprise("websocket: " + type + " " + code);
          return null;
        }
        default -> {}
      }
    }
  }

  /** What the server sends, whole; then {@code closed} or {@code failed}. */
  private static final class Messages implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();
    private final BlockingQueue<String> whole = new LinkedBlockingQueue<>();

    String next() throws InterruptedException {
      String next = whole.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return next == null ? "silence" : next;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        whole.add(message.toString());
        message.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      whole.add(code == WebSocket.NORMAL_CLOSURE ? "closed" : "closed " + code);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      whole.add("failed");
    }
  }
}
