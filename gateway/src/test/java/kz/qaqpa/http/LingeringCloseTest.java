package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sends all before it reads still learns why it was refused. */
class LingeringCloseTest {
  /** More than sockets hold. */
  private static final int MUCH = 32 << 20;

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway = TestGateway.of(Script.saying("иә"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    LeakRecorder.assertNone();
  }

  @Test
  void aBodyThatIsAnnouncedTooLong_isTakenAndThrownAway() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(RawClient.head(MUCH)).send(new byte[MUCH]);
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 413 ")
          .contains("body: " + MUCH + " bytes (expected: at most 8388608 bytes)")
          .endsWith("}");
    }
  }

  @Test
  void aBodyThatTurnsOutTooLong_too() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(
          RawClient.head(0).replace("Content-Length: 0", "Transfer-Encoding: chunked")
              + Integer.toHexString(MUCH)
              + "\r\n");
      client.send(" ".repeat(MUCH)).send("\r\n0\r\n\r\n");
      assertThat(client.readAll()).startsWith("HTTP/1.1 413 ").endsWith("}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer qpk_unknown", // 401
        "Content-Encoding: gzip", // 415
        "Transfer-Encoding: gzip", // 400, and nothing after it is HTTP
      })
  void whatIsRefusedByItsHead_too(String header) throws Exception {
    String head =
        RawClient.head(MUCH)
            .replaceAll(header.startsWith("Auth") ? "Authorization: [^\r]*" : "Host: a", header);
    if (!head.contains(header)) {
      head = head.replace("Content-Type", header + "\r\nContent-Type");
    }
    try (RawClient client = new RawClient(gateway.address())) {
      client.send(head).send(new byte[MUCH]);
      assertThat(client.readUntil("}}")).startsWith("HTTP/1.1 4").contains("\"error\"");
    }
  }

  @Test
  void headersWithoutEnd_too() throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      client.send("GET /livez HTTP/1.1\r\nHost: a\r\nX: ").send("a".repeat(MUCH));
      assertThat(client.readAll()).startsWith("HTTP/1.1 431 ").endsWith("}");
    }
  }

  @Test
  void overTls_too(@TempDir Path folder) throws Exception {
    Certificates certificates = new Certificates(folder);
    try (TestGateway secure =
        TestGateway.of(
            Script.saying("иә"),
            Script.model(TestGateway.CONTEXT),
            http -> http,
            certificates.settings(TlsSettings.Client.NONE))) {
      try (HttpClient client =
          HttpClient.newBuilder()
              .sslContext(certificates.client(false))
              .version(HttpClient.Version.HTTP_1_1)
              .build()) {
        for (int i = 0; i < 5; i++) {
          HttpResponse<String> refused =
              client.send(
                  HttpRequest.newBuilder(
                          URI.create(
                              "https://localhost:"
                                  + secure.address().getPort()
                                  + "/v1/chat/completions"))
                      .header("Authorization", "Bearer " + TestGateway.KEY)
                      .POST(BodyPublishers.ofByteArray(new byte[MUCH]))
                      .build(),
                  BodyHandlers.ofString(StandardCharsets.UTF_8));
          assertThat(refused.statusCode()).isEqualTo(413);
        }
      }
    }
  }

  /** It may go on for as long as a body may take, and no longer. */
  @Test
  void whoNeverStops_isCutOff() throws Exception {
    try (TestGateway hurried =
            TestGateway.tuned(
                Script.saying("иә"),
                http -> HttpTuning.of(http).bodyTimeout(Duration.ofMillis(300)).settings());
        RawClient client = new RawClient(hurried.address())) {
      client.send(RawClient.head(1L << 40));
      TestGateway.await(() -> {
        try {
          client.send(new byte[1 << 16]);
          return false;
        } catch (IOException closed) {
          return true;
        }
      });
    }
  }

  /** Nothing comes, and the client does not close either. */
  @Test
  void whoIsSilent_isLetGo() throws Exception {
    try (TestGateway small =
            TestGateway.tuned(
                Script.saying("иә"), http -> HttpTuning.of(http).maxConnections(1).settings());
        RawClient client = new RawClient(small.address())) {
      assertThat(client.send(RawClient.head(MUCH)).readAll()).startsWith("HTTP/1.1 413 ");
      TestGateway.await(() -> {
        try (RawClient next = new RawClient(small.address())) {
          return next.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
              .readUntil("alive")
              .startsWith("HTTP/1.1 200");
        } catch (IOException full) {
          return false;
        }
      });
    }
  }
}
