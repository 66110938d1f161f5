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
  void beyondTheLimitOfAnAddress_areClosed() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).maxConnectionsPerAddress(1).settings());
        RawClient one = new RawClient(gateway.address())) {
      one.send(LIVEZ).readUntil("alive");
      try (RawClient two = new RawClient(gateway.address())) {
        assertThat(two.readAll()).isEmpty();
      }
      try (RawClient elsewhere = RawClient.from("127.0.0.2", gateway.address())) {
        assertThat(elsewhere.send(LIVEZ).readUntil("alive")).contains("HTTP/1.1 200");
      }
      assertThat(one.send(LIVEZ).readUntil("alive")).contains("HTTP/1.1 200");
      one.close();
      TestGateway.await(() -> {
        try (RawClient next = new RawClient(gateway.address())) {
          return next.send(LIVEZ).readUntil("alive").startsWith("HTTP/1.1 200");
        } catch (java.io.IOException closed) {
          return false;
        }
      });
    }
  }

  /** A second one is idle for just as long, which tells when the time is over. */
  @Test
  void idleConnections_areClosed_silentAnswersAreNot() throws Exception {
    try (TestGateway gateway =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).idleTimeout(Duration.ofSeconds(1)).settings());
        RawClient silent = new RawClient(gateway.address());
        RawClient stream = new RawClient(gateway.address())) {
      java.util.concurrent.Semaphore steps = new java.util.concurrent.Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      silent.chat(TestGateway.chat("a", ""));
      stream.chat(TestGateway.chat("b", "\"stream\":true")).readUntil("assistant");
      for (int i = 0; i < 3; i++) {
        try (RawClient idle = new RawClient(gateway.address())) {
          assertThat(idle.send(LIVEZ).readAll()).contains("alive");
        }
      }
      steps.release(1000);
      assertThat(silent.readAll()).startsWith("HTTP/1.1 200");
      assertThat(stream.readUntil("[DONE]")).contains("[DONE]");
    }
  }

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
