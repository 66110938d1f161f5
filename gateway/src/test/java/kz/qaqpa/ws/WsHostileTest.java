package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What RFC 6455 forbids, and JSON that is no event: one clear end or error, nothing else. */
class WsHostileTest {
  private static final int MOST = 1 << 20;
  private static final int FIN = 0x80;

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.sockets(
            Script.saying("иә"),
            Script.model(TestGateway.CONTEXT),
            new WsTuning().closeTimeout(300));
  }

  @AfterEach
  void stillServes() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
    gateway.awaitNothingLeft();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @Test
  void unmaskedFrames_1002() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.raw(WsRaw.head(FIN | WsRaw.TEXT, 0, 2)).raw(new byte[] {'{', '}'});
      assertThat(client.untilClosed()).isEqualTo(1002);
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x20, 0x10})
  void reservedBits_1002(int bit) throws Exception {
    for (int opcode : new int[] {WsRaw.TEXT, WsRaw.PING, WsRaw.CLOSE}) {
      assertCloses(1002, FIN | bit | opcode, new byte[] {3, (byte) 0xe8});
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 6, 7, 11, 12, 13, 14, 15})
  void reservedOpcodes_1002(int opcode) throws Exception {
    assertCloses(1002, FIN | opcode, new byte[0]);
  }

  @ParameterizedTest
  @ValueSource(ints = {WsRaw.PING, WsRaw.PONG, WsRaw.CLOSE})
  void controlFrames_longOrFragmented_1002(int opcode) throws Exception {
    assertCloses(1002, FIN | opcode, new byte[126]);
    assertCloses(1002, opcode, new byte[2]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65_535})
  void invalidCloseCodes_1002(int code) throws Exception {
    assertCloses(1002, FIN | WsRaw.CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1011, 3000, 4999})
  void validCloseCodes_areAnswered(int code) throws Exception {
    assertCloses(code, FIN | WsRaw.CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
  }

  @Test
  void closeFrames_ofOneByte_orWithBadText() throws Exception {
    assertCloses(1002, FIN | WsRaw.CLOSE, new byte[] {3});
    assertCloses(1007, FIN | WsRaw.CLOSE, new byte[] {3, (byte) 0xe8, (byte) 0xff});
    assertCloses(-1, FIN | WsRaw.CLOSE, new byte[0]);
  }

  @Test
  void continuations_outOfPlace_1002() throws Exception {
    assertCloses(1002, FIN | WsRaw.CONTINUATION, new byte[] {'a'});
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(WsRaw.TEXT, new byte[] {'{'}).text("{}");
      assertThat(client.untilClosed()).isEqualTo(1002);
    }
  }

  @Test
  void binary_1003() throws Exception {
    assertCloses(1003, FIN | WsRaw.BINARY, new byte[] {1});
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(WsRaw.BINARY, new byte[] {1}).frame(FIN | WsRaw.CONTINUATION, new byte[] {2});
      assertThat(client.untilClosed()).isEqualTo(1003);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff", "c0af", "eda080", "f4908080", "c3", "e2 82", "22c328"})
  void invalidUtf8_1007(String hex) throws Exception {
    byte[] bytes = java.util.HexFormat.of().parseHex(hex.replace(" ", ""));
    assertCloses(1007, FIN | WsRaw.TEXT, bytes);
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(WsRaw.TEXT, new byte[] {'"'}).frame(FIN | WsRaw.CONTINUATION, bytes);
      assertThat(client.untilClosed()).isEqualTo(1007);
    }
  }

  @Test
  void lettersSplitBetweenFragments_areNoError() throws Exception {
    byte[] event =
        "{\"type\":\"response.create\",\"model\":\"kaz-mini\",\"input\":\"қалай\"}"
            .getBytes(StandardCharsets.UTF_8);
    try (WsRaw client = WsRaw.open(gateway)) {
      for (int i = 0; i < event.length - 1; i++) {
        client.frame(i == 0 ? WsRaw.TEXT : WsRaw.CONTINUATION, new byte[] {event[i]});
        if (i % 8 == 0) {
          client.frame(FIN | WsRaw.PING, new byte[] {(byte) i}); // Allowed in between.
        }
      }
      client.frame(FIN | WsRaw.CONTINUATION, new byte[] {event[event.length - 1]});
      assertThat(WsRaw.text(client.until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void tooLong_1009_alsoInFragments() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.raw(WsRaw.head(FIN | WsRaw.TEXT, 0x80, MOST + 1L));
      assertThat(client.untilClosed()).isEqualTo(1009);
    }
    try (WsRaw client = WsRaw.open(gateway)) {
      client.raw(WsRaw.head(FIN | WsRaw.TEXT, 0x80, Long.MAX_VALUE));
      assertThat(client.untilClosed()).isEqualTo(1009);
    }
    try (WsRaw client = WsRaw.open(gateway)) {
      client.raw(WsRaw.head(FIN | WsRaw.TEXT, 0x80, -1));
      assertThat(client.untilClosed()).isEqualTo(1002);
    }
    try (WsRaw client = WsRaw.open(gateway)) {
      byte[] half = new byte[MOST / 2 + 1];
      client.frame(WsRaw.TEXT, half).frame(WsRaw.CONTINUATION, half);
      assertThat(client.untilClosed()).isEqualTo(1009);
    }
  }

  @Test
  void aMessageOfTheLongestKind_isRead() throws Exception {
    String create = "{\"type\":\"response.create\",\"model\":\"kaz-mini\",\"input\":\"a\"";
    String padding = " ".repeat(MOST - create.length() - 1);
    try (WsRaw client = WsRaw.open(gateway)) {
      client.text(create + padding + "}");
      assertThat(WsRaw.text(client.until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void lengths_inMoreBytesThanNeeded_1002() throws Exception {
    byte[] head = {(byte) (FIN | WsRaw.TEXT), (byte) (0x80 | 126), 0, 5};
    try (WsRaw client = WsRaw.open(gateway)) {
      client.raw(head);
      assertThat(client.untilClosed()).isEqualTo(1002);
    }
  }

  @Test
  void pings_areAnswered_andAFloodOfThemBuffersNothing() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(FIN | WsRaw.PING, "сәлем".getBytes(StandardCharsets.UTF_8));
      WsRaw.Frame pong = client.read();
      assertThat(pong.opcode()).isEqualTo(WsRaw.PONG);
      assertThat(pong.text()).isEqualTo("сәлем");
      ByteArrayOutputStream flood = new ByteArrayOutputStream();
      byte[] ping = new byte[6 + 125];
      ping[0] = (byte) (FIN | WsRaw.PING);
      ping[1] = (byte) (0x80 | 125);
      for (int i = 0; i < 2000; i++) {
        flood.writeBytes(ping);
      }
      for (int i = 0; i < 10; i++) { // 2.6 MB; nothing is read meanwhile.
        client.raw(flood.toByteArray());
      }
      client.create("a", "");
      assertThat(WsRaw.text(client.until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void unaskedPongs_areIgnored() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(FIN | WsRaw.PONG, new byte[125]).create("a", "");
      assertThat(WsRaw.text(client.until("response.completed"))).isEqualTo("иә");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                          | invalid_body         | body: null (expected: a JSON object)
          {                           | invalid_body         | body: malformed JSON
          []                          | invalid_body         | body: array of 0 (expected: a JSON object)
          null                        | invalid_body         | body: null (expected: a JSON object)
          {"type":1}                  | invalid_value        | type: 1 (expected: response.create or response.cancel)
          {}                          | invalid_value        | type: absent (expected: response.create or response.cancel)
          {"type":"a","type":"b"}     | invalid_body         | body: a name twice in one object
          {"type":"session.update"}   | unknown_event_type   | type: "session.update" (expected: response.create or response.cancel)
          {"type":"response.steer"}   | unsupported          | type: response.steer is not supported
          {"type":"response.create","stream_id":""} | invalid_value | stream_id: "" (expected: 1 to 256 of A-Z a-z 0-9 _ . -)
          {"type":"response.create","stream_id":"a b"} | invalid_value | stream_id: "a b" (expected
          {"type":"response.create","stream_id":7} | invalid_value | stream_id: 7 (expected
          {"type":"response.create","stream":false} | unsupported_parameter | stream: false (expected: absent or true
          {"type":"response.create","background":true} | unsupported_parameter | background: true (expected: absent or false
          {"type":"response.create","generate":false} | unsupported_parameter | generate: false (expected: absent or true
          {"type":"response.create","stream":"no"} | invalid_value | stream: "no" (expected: true)
          {"type":"response.cancel","response_id":"../x"} | invalid_value | response_id: "../x" (expected: id of a response)
          {"type":"response.cancel","response_id":"resp_1"} | response_not_found | response_id: "resp_1" (expected: a response that runs
          """)
  void whatIsNoEvent_isAnErrorFrame_andTheSessionLivesOn(String text, String code, String message)
      throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      JsonNode frame = client.text(text == null ? "" : text).event().json();
      assertThat(frame.propertyNames()).containsExactly("type", "status", "error");
      assertThat(frame.path("type").asString()).isEqualTo("error");
      assertThat(frame.path("error").propertyNames())
          .containsExactly("type", "code", "message", "param");
      assertThat(frame.path("error").path("code").asString()).isEqualTo(code);
      assertThat(frame.path("error").path("message").asString()).startsWith(message);
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void deepJson_isAnError_withTheLaneWhereItIsKnown() throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.text("[".repeat(500_000));
      assertThat(client.event().text()).contains("nested at most 64 deep");
      client.text("{\"type\":\"nothing\",\"stream_id\":\"agent_1\"}");
      assertThat(client.event().json().path("stream_id").asString()).isEqualTo("agent_1");
    }
  }

  @Test
  void errorsThatNobodyReads_stopTheReading_notTheServer() throws Exception {
    byte[] bad = "{\"type\":\"x\"}".getBytes(StandardCharsets.UTF_8);
    try (WsRaw client = WsRaw.open(gateway, 4096)) {
      Thread flood =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 30_000; i++) {
                    client.frame(FIN | WsRaw.TEXT, bad);
                  }
                } catch (java.io.IOException closed) {
                  // As it should be: the test is over.
                }
              });
      try (WsRaw other = WsRaw.open(gateway)) {
        for (int i = 0; i < 5; i++) {
          assertThat(WsRaw.text(other.create("a", "").until("response.completed"))).isEqualTo("иә");
        }
      }
      client.abort();
      flood.join();
    }
  }

  @Test
  void framesThatComeWithTheHandshake_endTheConnection() throws Exception {
    byte[] head = WsRaw.head(FIN | WsRaw.TEXT, 0x80, 2);
    String frame = new String(head, StandardCharsets.ISO_8859_1) + "\0\0\0\0{}";
    for (int i = 0; i < 20; i++) { // Enough for a leak to be noticed.
      try (WsRaw client =
          WsRaw.handshake(
              gateway.address(), "Authorization: Bearer " + TestGateway.KEY + "\r\n\r\n" + frame)) {
        assertThat(client.untilClosed()).isEqualTo(1006);
      }
    }
  }

  @Test
  void garbage_neverStopsTheServer() {
    Seeds.forRandom(
        60,
        random -> {
          try (WsRaw client = WsRaw.open(gateway)) {
            byte[] bytes = new byte[1 + random.nextInt(300)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
              client.frame(FIN | WsRaw.TEXT, bytes);
            } else {
              client.raw(bytes); // Maybe the head of a frame that all that follows belongs to.
            }
            client.frame(FIN | WsRaw.CLOSE, new byte[0]);
            client.finish();
            List<Integer> codes = List.of(-1, 1002, 1003, 1006, 1007, 1009);
            assertThat(client.untilClosed()).isIn(codes);
          } catch (java.net.SocketException closed) {
            // While we were still sending.
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static void assertCloses(int code, int first, byte[] payload) throws Exception {
    try (WsRaw client = WsRaw.open(gateway)) {
      client.frame(first, payload);
      assertThat(client.untilClosed()).isEqualTo(code);
      assertThat(client.isAtEnd()).isTrue();
    }
  }
}
