package kz.qaqpa.ws.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who becomes a session, and how the others are told. */
class WsHandshakeTest {
  private static final String KEY = "Authorization: Bearer " + TestGateway.KEY + "\r\n";

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.sockets(
            Script.saying("иә"),
            Script.model(TestGateway.CONTEXT),
            new WsTuning().maxConnections(2).origins("https://app.example.kz"));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitNothingLeft();
    TestGateway.await(() ->
        scrape()
                .contains(
                    "qaqpa_websocket_connections{engine=\"0\"" + ",model_name=\"kaz-mini\"} 0.0")
            || !scrape().contains("qaqpa_websocket_connections"));
  }

  @AfterAll
  static void stop() {
    gateway.close();
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @Test
  void aKey_opensASession_labelled_withoutExtension_orSubprotocol() throws Exception {
    try (WsRaw client =
        handshake(
            KEY
                + "x-request-id: abc\r\n"
                + "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n")) {
      assertThat(client.head())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("\r\nsec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
          .contains("\r\nx-request-id: abc\r\n")
          .contains("\r\nAI-Disclosure: mode=machine-generated, model=\"kaz-mini\"")
          .doesNotContainIgnoringCase("sec-websocket-extensions")
          .doesNotContainIgnoringCase("sec-websocket-protocol");
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void aTicket_opensOneSession_andOnlyTheProtocolIsEchoed() throws Exception {
    String ticket = ticket();
    String protocols = protocols("qaqpa.responses.v1, qaqpa.ticket." + ticket);
    try (WsRaw client = handshake(protocols)) {
      assertThat(client.head())
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("\r\nsec-websocket-protocol: qaqpa.responses.v1\r\n")
          .doesNotContain(ticket);
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
    assertRefused(401, "invalid_api_key", "ticket: unknown, used or too old", protocols);
  }

  @Test
  void aTicketIsForBrowsers_notForTheirCaches() throws Exception {
    var response =
        gateway.send(
            gateway
                .request("/v1/ws-tickets", TestGateway.KEY)
                .POST(BodyPublishers.noBody())
                .build());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("cache-control")).contains("no-store");
    JsonNode body = JsonMapper.shared().readTree(response.body());
    assertThat(body.propertyNames()).containsExactly("ticket", "expires_at", "subprotocols");
    assertThat(body.path("expires_at").asLong() - Instant.now().getEpochSecond())
        .isBetween(25L, 31L);
    assertThat(body.path("subprotocols").toString())
        .isEqualTo(
            "[\"qaqpa.responses.v1\",\"qaqpa.ticket." + body.path("ticket").asString() + "\"]");
    assertThat(
            gateway
                .send(gateway.request("/v1/ws-tickets", null).POST(BodyPublishers.noBody()).build())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void aTicket_isSpentByAHandshakeThatFails() throws Exception {
    String protocols = protocols("qaqpa.responses.v1,qaqpa.ticket." + ticket());
    assertRefused(
        403,
        "origin_not_allowed",
        "Origin: \"https://evil.example\"",
        protocols + "Origin: https://evil.example\r\n");
    assertRefused(401, "invalid_api_key", "ticket: unknown, used or too old", protocols);
  }

  @Test
  void aTicket_inTheUrl_isNoTicket() throws Exception {
    var response =
        gateway.send(gateway.request("/v1/ws-tickets?ticket=" + ticket(), null).GET().build());
    assertThat(response.statusCode()).isEqualTo(405);
    assertRefused(401, "invalid_api_key", "Authorization: absent", "");
  }

  @Test
  void withoutAGoodKey_isRefusedBeforeTheUpgrade() throws Exception {
    assertRefused(401, "invalid_api_key", "Authorization: absent", "");
    assertRefused(
        401, "invalid_api_key", "Authorization: unknown", "Authorization: Bearer qpk_no\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example",
        "http://127.0.0.1",
        "http://localhost:1",
        "null",
        "file://",
        "http://127.0.0.1:PORT/path",
        "http://127.0.0.1:PORT@evil.example",
        "http://evil.example@127.0.0.1:PORT",
        "ws://127.0.0.1:PORT",
        "https://app.example.kz.evil.example",
        "https://APP.example.kz"
      })
  void pagesOfOthers_areRefused(String origin) throws Exception {
    assertRefused(403, "origin_not_allowed", "Origin: \"", KEY + origin(origin));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://127.0.0.1:PORT", "http://localhost:PORT", "https://app.example.kz"})
  void ownAndListedPages_areLetIn(String origin) throws Exception {
    try (WsRaw client = handshake(KEY + origin(origin))) {
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
    }
  }

  @Test
  void twoOrigins_areNone() throws Exception {
    assertRefused(
        403,
        "origin_not_allowed",
        "Origin: \"",
        KEY + origin("https://app.example.kz") + origin("https://app.example.kz"));
  }

  @ParameterizedTest
  @CsvSource({"12, \"12\"", "99, \"99\"", "'', \"\"", "abc, \"abc\""})
  void otherVersions_areToldTheRightOne(String version, String shown) throws Exception {
    String head =
        assertRefused(
            426,
            "upgrade_required",
            "Sec-WebSocket-Version: " + shown + " (expected: 13)",
            KEY + "Sec-WebSocket-Version: " + version + "\r\n");
    assertThat(head)
        .containsIgnoringCase("\r\nsec-websocket-version: 13\r\n")
        .containsIgnoringCase("\r\nupgrade: websocket\r\n");
  }

  @Test
  void aRequestWithABody_isNoHandshake() throws Exception {
    String message = "method: GET without Upgrade: websocket";
    assertRefused(405, "method_not_allowed", message, KEY + "Content-Length: 5\r\n\r\nhello");
    assertRefused(405, "method_not_allowed", message, KEY + "Transfer-Encoding: chunked\r\n");
  }

  @Test
  void getWithoutUpgrade_is405_andPostIsAnothers() throws Exception {
    var get = gateway.get("/v1/responses");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).contains("POST");
    assertThat(get.body()).contains("method: GET without Upgrade: websocket");
  }

  @Test
  void connectionsOfAnApplication_areBounded() throws Exception {
    try (WsRaw _ = handshake(KEY);
        WsRaw _ = handshake(KEY)) {
      assertRefused(
          429,
          "rate_limit_exceeded",
          "WebSocket connections of application development: 3 (expected: at most 2)",
          KEY);
    }
    TestGateway.await(() -> {
      try (WsRaw again = handshake(KEY)) {
        return again.head().startsWith("HTTP/1.1 101 ");
      } catch (IOException e) {
        return false;
      }
    });
  }

  @Test
  void aSession_outlivesTheTimeoutsOfRequests() throws Exception {
    try (TestGateway hasty =
            TestGateway.tuned(
                Script.saying("иә"),
                http ->
                    kz.qaqpa.fixture.HttpTuning.of(http)
                        .headTimeout(Duration.ofMillis(600))
                        .idleTimeout(Duration.ofMillis(600))
                        .settings());
        WsRaw client = WsRaw.open(hasty)) {
      client.raw(WsRaw.head(0x81, 0x80, 2)); // A frame's head; the rest comes late.
      Thread.onSpinWait();
      long until = System.nanoTime() + Duration.ofMillis(1500).toNanos();
      TestGateway.await(() -> System.nanoTime() > until);
      client.raw(new byte[] {0, 0, 0, 0, '{', '}'});
      assertThat(client.event().text()).contains("type: absent");
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
      hasty.awaitNothingLeft();
    }
  }

  @Test
  void aStoppingServer_takesNoSessions() throws Exception {
    try (TestGateway stopping = TestGateway.of(Script.saying("иә"))) {
      stopping.gateway().gate().drain();
      try (WsRaw client = WsRaw.handshake(stopping.address(), KEY)) {
        assertThat(client.head()).startsWith("HTTP/1.1 503 ");
        assertThat(client.body()).contains("\"code\":\"draining\"");
      }
    }
  }

  private static String ticket() throws Exception {
    return JsonMapper.shared()
        .readTree(
            gateway
                .send(
                    gateway
                        .request("/v1/ws-tickets", TestGateway.KEY)
                        .POST(BodyPublishers.noBody())
                        .build())
                .body())
        .path("ticket")
        .asString();
  }

  private static String protocols(String value) {
    return "Sec-WebSocket-Protocol: " + value + "\r\n";
  }

  private static String origin(String origin) {
    return "Origin: "
        + origin.replace("PORT", String.valueOf(gateway.address().getPort()))
        + "\r\n";
  }

  private static WsRaw handshake(String headers) throws IOException {
    return WsRaw.handshake(gateway.address(), headers);
  }

  private static String assertRefused(int status, String code, String message, String headers)
      throws IOException {
    try (WsRaw client = handshake(headers)) {
      assertThat(client.head()).startsWith("HTTP/1.1 " + status + " ");
      JsonNode error = JsonMapper.shared().readTree(client.body()).path("error");
      assertThat(error.propertyNames())
          .containsExactlyInAnyOrder("message", "type", "param", "code");
      assertThat(error.path("code").asString()).isEqualTo(code);
      assertThat(error.path("message").asString()).startsWith(message);
      return client.head();
    }
  }

  private static String scrape() {
    try {
      return gateway.get("/metrics").body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
