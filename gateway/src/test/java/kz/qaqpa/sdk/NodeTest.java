package kz.qaqpa.sdk;

import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Tag;
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
  @ValueSource(strings = {"chat", "models", "errors", "choices", "responses", "completions"})
  void scenario(String name) {
    Process process =
        NodeClients.run(
            NodeClients.folder().resolve(name + ".mjs"), gateway.url(), LiveGateway.KEY);
    NodeClients.finish(name, process, 60);
  }
}
