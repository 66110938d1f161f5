package kz.qaqpa.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.Http2Error;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.fixture.H2Client;
import kz.qaqpa.fixture.H2Stream;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 that wears a server out. */
class HostileHttp2Test {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int CONTINUATION = 9;

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.of(Script.saying("иә"));
  }

  @AfterEach
  void stillServes() throws Exception {
    assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
    try (H2Client client = new H2Client(gateway.address())) {
      assertThat(client.chat(TestGateway.chat("a", "")).status()).isEqualTo(200);
    }
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    LeakRecorder.assertNone();
  }

  @Test
  void rapidResets_endTheConnection() throws Exception {
    try (H2Client client = new H2Client(gateway.address())) {
      for (int i = 0; i < 5000 && client.isOpen(); i++) {
        openAndReset(client);
      }
      assertThat(client.awaitClosed()).isTrue();
      // Frames on their way to a closed socket make TCP reset it, which may swallow the good bye.
      assertThat(client.goneWith(Http2Error.ENHANCE_YOUR_CALM.code()))
          .isEqualTo(Http2Error.ENHANCE_YOUR_CALM.code());
    }
  }

  @Test
  void fewResets_doNot() throws Exception {
    try (H2Client client = new H2Client(gateway.address())) {
      for (int i = 0; i < 200; i++) {
        openAndReset(client);
        client.chat(TestGateway.chat("a", "\"stream\":true")).reset();
      }
      assertThat(client.chat(TestGateway.chat("a", "")).status()).isEqualTo(200);
    }
  }

  @Test
  void headersBeyondTheLimit_are431_forTheirStreamOnly() throws Exception {
    try (H2Client client = new H2Client(gateway.address())) {
      H2Stream large = client.stream().head("GET", "/livez", true, "x", "a".repeat(40_000));
      assertThat(large.status()).isEqualTo(431);
      assertThat(client.stream().head("GET", "/livez", true).status()).isEqualTo(200);
    }
  }

  @Test
  void pings_areAnswered_andCostNothing() throws Exception {
    try (H2Client client = new H2Client(gateway.address())) {
      client.ping(5_000);
      H2Stream answer = client.stream().head("GET", "/livez", true);
      assertThat(answer.status()).isEqualTo(200);
    }
  }

  /** A head without an end (CVE-2024-27316 and its kind). */
  @Test
  void endlessHeads_endTheConnection() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(PREFACE).send(frame(SETTINGS, 0, 0, 0)).send(frame(HEADERS, 1, 1, 0));
      TestGateway.await(() -> {
        try {
          client.send(frame(CONTINUATION, 0, 1, 8));
          return false;
        } catch (java.io.IOException closed) {
          return true;
        }
      });
    }
  }

  @Test
  void garbage_endsTheConnection() {
    Seeds.forRandom(
        TestSize.tries(200, 20_000),
        random -> {
          try (RawClient client = new RawClient(gateway.address())) {
            byte[] bytes = new byte[random.nextInt(1, 200)];
            random.nextBytes(bytes);
            client.send(PREFACE).send(random.nextBoolean() ? frame(SETTINGS, 0, 0, 0) : bytes);
            client.send(bytes).finish();
            client.readAllOrReset();
          }
        });
  }

  /** A request whose body never comes, so that no answer can overtake its reset. */
  private static void openAndReset(H2Client client) throws InterruptedException {
    try {
      client.stream().head("POST", "/v1/chat/completions", false).reset();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception refused) {
      // The connection ends, or the server has not yet seen earlier resets.
    }
  }

  private static byte[] frame(int type, int flags, int stream, int length) {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(length >> 16);
    frame.write(length >> 8);
    frame.write(length);
    frame.write(type);
    frame.write(flags);
    frame.writeBytes(new byte[] {0, 0, 0, (byte) stream});
    frame.writeBytes(new byte[length]);
    return frame.toByteArray();
  }
}
