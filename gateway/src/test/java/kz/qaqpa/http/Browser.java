package kz.qaqpa.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A headless Chromium, driven by the DevTools protocol: as much of it as a test of a page needs.
 * Used by one thread.
 */
public final class Browser implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String LISTENING = "DevTools listening on ";

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger ids = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();
  private @Nullable String session;

  private Browser(Process process, String url) throws Exception {
    this.process = process;
    this.socket =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(url), new Replies())
            .get(60, TimeUnit.SECONDS);
  }

  /** Starts a browser with a fresh profile. */
  public static Browser start(Path profile, String... flags) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Optional.ofNullable(System.getenv("CHROMIUM")).orElse("/usr/bin/chromium"),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile));
    command.addAll(List.of(flags));
    command.add("about:blank");
    Process process =
        new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try {
      Browser browser = new Browser(process, debuggerUrl(process));
      browser.attach();
      return browser;
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String debuggerUrl(Process process) throws IOException {
    BufferedReader lines = process.errorReader(StandardCharsets.UTF_8);
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(LISTENING)) {
        Thread.ofVirtual().start(() -> drain(lines));
        return line.substring(LISTENING.length());
      }
    }
    throw new IOException("chromium ended before it listened");
  }

  private static void drain(BufferedReader lines) {
    try {
      lines.transferTo(java.io.Writer.nullWriter());
    } catch (IOException _) {
      // It has ended.
    }
  }

  private void attach() throws Exception {
    String target =
        call("Target.createTarget", Map.of("url", "about:blank")).path("targetId").asString();
    session =
        call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .path("sessionId")
            .asString();
    call("Page.enable", Map.of());
  }

  /** Calls a method of the protocol and waits for its result. */
  public JsonNode call(String method, Map<String, Object> params) throws Exception {
    int id = ids.incrementAndGet();
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(params));
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> reply = new CompletableFuture<>();
    replies.put(id, reply);
    socket.sendText(message.toString(), true).get(60, TimeUnit.SECONDS);
    JsonNode answer = reply.get(60, TimeUnit.SECONDS);
    if (answer.has("error")) {
      throw new AssertionError(method + ": " + answer.get("error"));
    }
    return answer.path("result");
  }

  /** Evaluates JavaScript in the page; a promise is awaited. */
  public JsonNode evaluate(String script) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(script + ": " + result.get("exceptionDetails"));
    }
    return result.path("result").path("value");
  }

  /** Opens a page and waits until its scripts have run. */
  public void open(String url) throws Exception {
    call("Page.navigate", Map.of("url", url));
    evaluate(
        "new Promise(done => document.readyState === 'complete' ? done()"
            + " : addEventListener('load', () => done()))");
  }

  /** Waits until a condition on the page holds; looked at again at each change of the page. */
  public void await(String condition) throws Exception {
    evaluate(
        "new Promise((done, fail) => { const look = () => { if ("
            + condition
            + ") { watch.disconnect(); done(true); } };"
            + " const watch = new MutationObserver(look); watch.observe(document, {subtree: true,"
            + " childList: true, characterData: true, attributes: true}); look();"
            + " setTimeout(() => fail(document.body.innerText), 20000); })");
  }

  /** Types into an element as a person would. */
  public void type(String selector, String text) throws Exception {
    evaluate("document.querySelector('" + selector + "').focus()");
    call("Input.insertText", Map.of("text", text));
  }

  /** Presses and releases Enter. */
  public void pressEnter() throws Exception {
    for (String type : List.of("keyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", "Enter", "text", "\r", "windowsVirtualKeyCode", 13));
    }
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    http.shutdownNow();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private final class Replies implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonNode message = JSON.readTree(text.toString());
        text.setLength(0);
        CompletableFuture<JsonNode> waiting = replies.remove(message.path("id").asInt(-1));
        if (waiting != null) {
          waiting.complete(message);
        }
      }
      from.request(1);
      return null;
    }
  }
}
