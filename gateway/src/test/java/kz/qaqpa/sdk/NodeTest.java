package kz.qaqpa.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's own package for Node: each scenario is a script that asserts by itself. */
@Tag("node")
@ExtendWith(LiveGateway.Started.class)
class NodeTest {
  private final LiveGateway gateway;

  NodeTest(LiveGateway gateway) {
    this.gateway = gateway;
  }

  @ParameterizedTest
  @ValueSource(strings = {"chat", "models", "errors", "choices", "responses", "completions", "ws"})
  void scenario(String name) {
    Process process =
        NodeClients.run(
            NodeClients.folder().resolve(name + ".mjs"), gateway.url(), LiveGateway.KEY);
    NodeClients.finish(name, process, 180);
  }

  @Test
  void aWebSocketClient_findsItsServerAgainAfterARestart() throws IOException {
    Path script = NodeClients.folder().resolve("ws-reconnect.mjs");
    Process process = NodeClients.run(script, gateway.url(), LiveGateway.KEY);
    try {
      String first = process.inputReader(StandardCharsets.UTF_8).readLine();
      assertThat(first).isEqualTo("restart");
      gateway.restart();
      NodeClients.finish("ws-reconnect", process, 180);
    } finally {
      process.destroyForcibly();
    }
  }
}
