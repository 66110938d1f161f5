package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.LogLines;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that ends, in every phase of its responses: no slot and no permit is left. */
class WsDisconnectTest {

  /** How a client leaves. */
  enum Way {
    CLOSE_FRAME {
      @Override
      void leave(WsRaw client) throws Exception {
        client.frame(0x80 | WsRaw.CLOSE, new byte[] {3, (byte) 0xe8});
        assertThat(client.untilClosed()).isEqualTo(1000);
        client.close();
      }
    },
    FIN {
      @Override
      void leave(WsRaw client) {
        client.close();
      }
    },
    RESET {
      @Override
      void leave(WsRaw client) throws Exception {
        client.abort();
      }
    },
    VIOLATION {
      @Override
      void leave(WsRaw client) throws Exception {
        client.raw(new byte[] {(byte) 0xff, (byte) 0xff});
      }
    };

    abstract void leave(WsRaw client) throws Exception;
  }

  @AfterAll
  static void noLeaks() {
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whileStreaming_inTwoLanes_withOthersWaiting(Way way) throws Exception {
    try (TestGateway gateway = endless()) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      WsRaw client = WsRaw.open(gateway);
      for (String lane : List.of("a", "b", "a", "b", "b")) {
        client.create("x", "\"stream_id\":\"" + lane + "\"");
      }
      client.until("response.output_text.delta");
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 2);
      way.leave(client);
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void duringTokenisation_andWaitingForIt(Way way) throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway =
        TestGateway.sockets(
            Script.repeating("қазақ "),
            Script.model(
                TestGateway.CONTEXT,
                messages -> {
                  entered.release();
                  proceed.acquireUninterruptibly();
                  return Script.encode(messages);
                }),
            new WsTuning())) {
      WsRaw client = WsRaw.open(gateway);
      client.create("x", "").create("y", "\"stream_id\":\"b\"");
      assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      TestGateway.await(() -> gateway.gateway().gate().live() == 2);
      way.leave(client);
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      proceed.release(2);
      gateway.awaitNothingLeft();
      assertThat(entered.availablePermits()).as("tokenised for nobody").isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inPrefill_andInTheQueue(Way way) throws Exception {
    try (TestGateway gateway = endless()) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      WsRaw client = WsRaw.open(gateway);
      for (int lane = 0; lane < 12; lane++) { // There are 8 slots.
        client.create("қазақ ".repeat(30), "\"stream_id\":\"" + lane + "\"");
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 12);
      way.leave(client);
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      steps.release(1_000_000);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void whileALongMessageIsParsed() throws Exception {
    try (TestGateway gateway = endless()) {
      for (int i = 0; i < 10; i++) {
        WsRaw client = WsRaw.open(gateway);
        client.create("x" + " ".repeat(900_000), "\"store\":false");
        client.close();
      }
      gateway.awaitNothingLeft();
      TestGateway.await(() ->
          get(gateway)
              .contains(
                  "qaqpa_websocket_connections{engine=\"0\"" + ",model_name=\"kaz-mini\"} 0.0"));
    }
  }

  @Test
  void whatIsLogged_isNumbersAndIds() throws Exception {
    try (LogLines log = new LogLines();
        TestGateway gateway = endless()) {
      gateway.engine().eachStepTakes(Duration.ofMillis(2));
      WsRaw client =
          WsRaw.handshake(
              gateway.address(),
              "x-request-id: s1\r\nAuthorization: Bearer " + TestGateway.KEY + "\r\n");
      client.create("құпия", "\"max_output_tokens\":4").until("response.incomplete");
      client.create("құпия", "").until("response.output_text.delta");
      client.close();
      TestGateway.await(() -> log.lines().size() == 4);
      assertThat(log.lines().get(0))
          .startsWith("{\"id\":\"s1\",")
          .contains("\"method\":\"GET\",\"path\":\"/v1/responses\"", "\"status\":101");
      assertThat(log.lines().get(1))
          .startsWith("{\"id\":\"s1.1\",")
          .contains(
              "\"method\":\"WS\",\"path\":\"/v1/responses\",\"agency\":\"sandbox\","
                  + "\"application\":\"development\",\"model\":\"kaz-mini\",\"stream\":true,"
                  + "\"status\":200,\"finish\":\"length\"",
              "\"output_tokens\":4")
          .doesNotContain("client_gone");
      assertThat(log.lines().get(2))
          .startsWith("{\"id\":\"s1.2\",")
          .contains("\"client_gone\":\"stream\"");
      assertThat(log.lines().get(3))
          .startsWith("{\"id\":\"s1\",")
          .contains(
              "\"session\":\"WS /v1/responses\",\"agency\":\"sandbox\","
                  + "\"application\":\"development\",\"close\":1006,\"messages\":2,"
                  + "\"responses\":2,\"duration_ms\":");
      assertThat(String.join("", log.lines())).doesNotContain("құпия").doesNotContain("қазақ");
      gateway.awaitNothingLeft();
    }
  }

  private static TestGateway endless() {
    return TestGateway.sockets(
        Script.repeating("қазақ "),
        Script.model(TestGateway.CONTEXT),
        new WsTuning().closeTimeout(200));
  }

  private static String get(TestGateway gateway) {
    try {
      return gateway.get("/metrics").body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
