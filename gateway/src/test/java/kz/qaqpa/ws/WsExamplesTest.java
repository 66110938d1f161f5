package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.Browser;
import kz.qaqpa.sdk.NodeClients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** The clients in docs/examples, as they are. */
class WsExamplesTest {
  private static final Path EXAMPLES =
      Path.of(System.getProperty("qaqpa.root", "."), "docs", "examples");
  private static final String ANSWER = "Киіз үйдің «негізі» – шаңырақ.";

  @Test
  void java() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(ANSWER))) {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      assertThat(
              run(
                  gateway,
                  List.of(java.toString(), "-Dstdout.encoding=UTF-8", "WebSocketChat.java")))
          .isEqualTo(ANSWER + "\nresponse.completed\n");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  @Tag("node")
  void node() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying(ANSWER))) {
      Path script = NodeClients.folder().resolve("websocket.mjs"); // Where its package is.
      Files.copy(EXAMPLES.resolve("websocket.mjs"), script, StandardCopyOption.REPLACE_EXISTING);
      String url = "http://127.0.0.1:" + gateway.address().getPort();
      Process process = NodeClients.run(script, url, TestGateway.KEY);
      assertThat(NodeClients.finish("websocket.mjs", process, 180))
          .matches(
              "(?s)\\Q"
                  + ANSWER
                  + " | "
                  + ANSWER
                  + " | "
                  + ANSWER
                  + "\\E\ncomputed before: \\d+\n");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  @Tag("chromium")
  void browser(@TempDir(cleanup = CleanupMode.NEVER) Path profile) throws Exception {
    String page = Files.readString(EXAMPLES.resolve("websocket.html"));
    DisposableServer pages =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle((_, response) ->
                response
                    .header("content-type", "text/html; charset=utf-8")
                    .sendString(Mono.just(page)))
            .bindNow();
    String origin = "http://127.0.0.1:" + pages.port();
    try (TestGateway gateway = TestGateway.openSockets(Script.saying(ANSWER), origin);
        Browser browser = Browser.start(profile)) {
      browser.open(origin + "/?gateway=http://127.0.0.1:" + gateway.address().getPort());
      browser.type("[name=key]", TestGateway.KEY);
      for (String seen : List.of(ANSWER, ANSWER + ANSWER)) {
        browser.evaluate("document.querySelector('output').dataset.last = ''");
        browser.evaluate("document.querySelector('button').click()");
        browser.await("document.querySelector('output').dataset.last === 'response.completed'");
        assertThat(browser.evaluate("document.querySelector('output').value").asString())
            .isEqualTo(seen);
      }
      browser.evaluate("location.href = 'about:blank'");
      gateway.awaitNothingLeft();
    } finally {
      pages.disposeNow();
    }
  }

  private static String run(TestGateway gateway, List<String> command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(EXAMPLES.toFile()).redirectErrorStream(true);
    builder.environment().put("QAQPA_URL", "http://127.0.0.1:" + gateway.address().getPort());
    builder.environment().put("QAQPA_KEY", TestGateway.KEY);
    Process process = builder.start();
    try {
      Thread killer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  if (!process.waitFor(90, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                  }
                } catch (InterruptedException done) {
                  // The process has ended.
                }
              });
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      killer.interrupt();
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
