package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
  private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";

  @Test
  void beyondTheLimit_areClosed_andComeBackWhenOthersLeave() throws Exception {
    try (TestGateway gateway =
        TestGateway.of(
            Script.saying("иә"),
            Script.model(TestGateway.CONTEXT),
            http ->
                HttpTuning.of(http)
                    .maxConnections(2)
                    .idleTimeout(Duration.ofSeconds(20))
                    .settings())) {
      try (RawClient one = new RawClient(gateway.address());
          RawClient two = new RawClient(gateway.address())) {
        one.send(LIVEZ).readUntil("alive");
        two.send(LIVEZ).readUntil("alive");
        try (RawClient three = new RawClient(gateway.address())) {
          assertThat(three.readAll()).isEmpty();
        }
        assertThat(one.send(LIVEZ).readUntil("alive")).contains("HTTP/1.1 200");
      }
      TestGateway.await(() -> {
        try (RawClient four = new RawClient(gateway.address())) {
          return four.send(LIVEZ).readUntil("alive").startsWith("HTTP/1.1 200");
        } catch (java.io.IOException closed) {
          return false;
        }
      });
    }
  }
}
