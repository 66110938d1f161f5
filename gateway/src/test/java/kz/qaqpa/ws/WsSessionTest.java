package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Responses on one connection: their events, lanes, turns and ends. */
class WsSessionTest {
  private static final String COMPLETED = "response.completed";

  @AfterAll
  static void noLeaks() {
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @Test
  void events_areThoseOfTheResponsesApi_numberedFromZero() throws Exception {
    try (TestGateway gateway = gateway("Қазақстан", new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      List<JsonNode> events = client.create("a", "").until(COMPLETED);
      assertThat(types(events).stream().distinct())
          .containsExactly(
              "response.created",
              "response.in_progress",
              "response.output_item.added",
              "response.content_part.added",
              "response.output_text.delta",
              "response.output_text.done",
              "response.content_part.done",
              "response.output_item.done",
              COMPLETED);
      for (int i = 0; i < events.size(); i++) {
        assertThat(events.get(i).path("sequence_number").asInt(-1)).isEqualTo(i);
        assertThat(events.get(i).has("stream_id")).isFalse();
      }
      assertThat(WsRaw.text(events)).isEqualTo("Қазақстан");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aSecondTurn_computesOnlyItsNewTokens_storedOrNot() throws Exception {
    try (TestGateway gateway = gateway("Иә.", new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      String longInput = "Қазақстанның астанасы қай қала? ".repeat(40);
      for (String store : List.of("\"store\":true", "\"store\":false")) {
        JsonNode first = client.create(longInput, store).until(COMPLETED).getLast();
        String id = first.path("response").path("id").asString();
        JsonNode second =
            client
                .create("Тағы?", store + ",\"previous_response_id\":\"" + id + "\"")
                .until(COMPLETED)
                .getLast();
        assertThat(second.path("response").path("previous_response_id").asString()).isEqualTo(id);
        JsonNode usage = usageOf(second);
        int cached = usage.path("input_tokens_details").path("cached_tokens").asInt();
        int before = usageOf(first).path("input_tokens").asInt() - 1; // Without its end mark.
        assertThat(cached).isGreaterThanOrEqualTo(before / 64 * 64).isPositive();
        assertThat(usage.path("input_tokens").asInt() - cached).isLessThan(64 + 32);
      }
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void whatWasNotStored_isKnownToItsConnectionOnly_inAnyLane() throws Exception {
    try (TestGateway gateway = gateway("Иә.", new WsTuning());
        WsRaw client = WsRaw.open(gateway);
        WsRaw other = WsRaw.open(gateway)) {
      String id = responseId(client.create("a", "\"store\":false").until(COMPLETED));
      String next = "\"previous_response_id\":\"" + id + "\"";
      assertThat(WsRaw.text(client.create("b", next + ",\"stream_id\":\"fork\"").until(COMPLETED)))
          .isEqualTo("Иә.");
      JsonNode error = other.create("b", next).event().json();
      assertThat(error.path("status").asInt()).isEqualTo(400);
      assertThat(error.path("error").path("code").asString())
          .isEqualTo("previous_response_not_found");
      assertThat(error.path("error").path("param").asString()).isEqualTo("previous_response_id");
      assertThat(WsRaw.text(other.create("b", "").until(COMPLETED))).isEqualTo("Иә.");
      assertThat(gateway.get("/v1/responses/" + id).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void lanes_runSideBySide_eachInOrder_andEventsTellTheirLane() throws Exception {
    try (TestGateway gateway = gateway("Сәлем", new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      for (String lane : List.of("a", "b", "a", "b")) {
        client.create("x", "\"stream_id\":\"" + lane + "\"");
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 2);
      steps.release(100_000);
      Map<String, List<JsonNode>> byLane = new HashMap<>();
      int completed = 0;
      while (completed < 4) {
        JsonNode event = client.event().json();
        byLane
            .computeIfAbsent(event.path("stream_id").asString(), _ -> new ArrayList<>())
            .add(event);
        completed += event.path("type").asString().equals(COMPLETED) ? 1 : 0;
      }
      assertThat(byLane).containsOnlyKeys("a", "b");
      for (List<JsonNode> events : byLane.values()) {
        int half = events.size() / 2;
        assertThat(WsRaw.text(events.subList(0, half))).isEqualTo("Сәлем");
        assertThat(events.get(half - 1).path("type").asString()).isEqualTo(COMPLETED);
        assertThat(events.get(half).path("type").asString()).isEqualTo("response.created");
        assertThat(events.get(half).path("sequence_number").asInt(-1)).isZero();
      }
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void oneLaneTooMany_isRefused_untilAnotherEnds() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().lanes(2));
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      client.create("x", "").create("x", "\"stream_id\":\"a\"");
      client.create("x", "\"stream_id\":\"agent_1\"");
      JsonNode error = error(client);
      assertThat(error.toString())
          .isEqualTo(
              "{\"type\":\"error\",\"status\":400,\"stream_id\":\"agent_1\",\"error\":{"
                  + "\"type\":\"invalid_request_error\","
                  + "\"code\":\"websocket_stream_limit_reached\",\"message\":\"stream_id: one more"
                  + " lane (expected: at most 2 lanes with a response in the making)\","
                  + "\"param\":\"stream_id\"}}");
      steps.release(100_000);
      client.until(COMPLETED);
      client.until(COMPLETED);
      client.create("x", "\"stream_id\":\"agent_1\"");
      assertThat(responseLane(client.until(COMPLETED))).isEqualTo("agent_1");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void whatWaitsInALane_isBounded() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().laneQueue(1).maxMessageBytes(4096));
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      client.create("1", "").create("2", "").create("3", "");
      JsonNode error = error(client);
      assertThat(error.path("status").asInt()).isEqualTo(429);
      assertThat(error.path("error").path("message").asString())
          .isEqualTo("responses waiting in this lane: 2 (expected: at most 1)");
      assertThat(error.path("error").path("headers").path("retry-after").asString()).isEqualTo("1");
      steps.release(100_000);
      client.until(COMPLETED);
      client.until(COMPLETED);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void bytesThatWait_areBounded_overAllLanes() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().maxMessageBytes(4096));
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      String padding = "a ".repeat(1800);
      client.create("x", "");
      for (int i = 0; i < 5; i++) {
        client.create(padding, "\"max_output_tokens\":1");
      }
      JsonNode error = error(client);
      assertThat(error.path("status").asInt()).isEqualTo(429);
      assertThat(error.path("error").path("message").asString())
          .startsWith("messages whose responses wait: ")
          .endsWith(" bytes (expected: at most 16384)");
      steps.release(100_000);
    }
  }

  @Test
  void cancel_endsAResponse_andTheLaneGoesOn() throws Exception {
    try (TestGateway gateway = endless(new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      slow(gateway);
      String id = responseId(client.create("x", "").until("response.output_text.delta"));
      client.text("{\"type\":\"response.cancel\",\"response_id\":\"" + id + "\"}");
      JsonNode last = client.until("response.incomplete").getLast();
      assertThat(last.path("response").path("status").asString()).isEqualTo("cancelled");
      client.create("x", "\"stream_id\":\"a\"").until("response.output_text.delta");
      client.text("{\"type\":\"response.cancel\",\"stream_id\":\"a\"}");
      assertThat(responseLane(client.until("response.incomplete"))).isEqualTo("a");
      client.text("{\"type\":\"response.cancel\",\"stream_id\":\"a\"}"); // Has just ended.
      client.create("x", "\"max_output_tokens\":2").until("response.incomplete");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void cancel_beforeTheEngineHasIt_isAnErrorFrame() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway =
            TestGateway.sockets(
                Script.saying("иә"),
                Script.model(
                    TestGateway.CONTEXT,
                    messages -> {
                      entered.release();
                      proceed.acquireUninterruptibly();
                      return Script.encode(messages);
                    }),
                new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      client.create("x", "\"stream_id\":\"a\"").create("x", "\"stream_id\":\"a\"");
      entered.acquire();
      client.text("{\"type\":\"response.cancel\",\"stream_id\":\"a\"}");
      JsonNode error = error(client);
      assertThat(error.path("error").path("code").asString()).isEqualTo("response_cancelled");
      assertThat(error.path("stream_id").asString()).isEqualTo("a");
      proceed.release(2);
      assertThat(WsRaw.text(client.until(COMPLETED))).isEqualTo("иә"); // The next in the lane.
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void silence_isFilledWithInProgress_inOrder() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().keepAlive(60));
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      client.create("x", "\"stream_id\":\"a\"");
      List<JsonNode> events = new ArrayList<>(client.until("response.content_part.added"));
      events.addAll(client.until("response.in_progress"));
      events.addAll(client.until("response.in_progress"));
      steps.release(100_000);
      events.addAll(client.until(COMPLETED));
      for (int i = 0; i < events.size(); i++) {
        assertThat(events.get(i).path("sequence_number").asInt(-1)).isEqualTo(i);
        assertThat(events.get(i).path("stream_id").asString()).isEqualTo("a");
      }
      JsonNode repeated = events.get(4);
      assertThat(repeated.path("type").asString()).isEqualTo("response.in_progress");
      assertThat(repeated.path("response").path("status").asString()).isEqualTo("in_progress");
      assertThat(WsRaw.text(events)).isEqualTo("иә");
    }
  }

  @Test
  void betweenTurns_onlyPings_andNoAnswerEndsIt() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().ping(1000).closeTimeout(2000));
        WsRaw client = WsRaw.open(gateway)) {
      for (int i = 0; i < 2; i++) {
        WsRaw.Frame ping = client.read();
        assertThat(ping.opcode()).isEqualTo(WsRaw.PING);
        client.frame(0x80 | WsRaw.PONG, ping.payload());
      }
      assertThat(client.read().opcode()).isEqualTo(WsRaw.PING);
      WsRaw.Frame close = client.read();
      assertThat(close.code()).isEqualTo(1001);
      assertThat(close.text()).endsWith("a ping without an answer");
      assertThat(client.isAtEnd()).isTrue();
    }
  }

  @Test
  void anIdleConnection_isEnded() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning().ping(1000).idleTimeout(1500));
        WsRaw client = WsRaw.open(gateway)) {
      WsRaw.Frame frame = client.read();
      while (frame.opcode() == WsRaw.PING) {
        client.frame(0x80 | WsRaw.PONG, frame.payload());
        frame = client.read();
      }
      assertThat(frame.code()).isEqualTo(1001);
      assertThat(frame.text()).endsWith("idle");
    }
  }

  @Test
  void atTheEndOfItsLife_whatRunsMayFinish() throws Exception {
    try (TestGateway gateway = gateway("Сәлем", new WsTuning().lifetime(2000));
        WsRaw client = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      client.create("x", "\"stream_id\":\"a\"").create("y", "\"stream_id\":\"a\"");
      client.until("response.content_part.added");
      JsonNode refused = client.event().json(); // What waited in the lane.
      assertThat(refused.path("stream_id").asString()).isEqualTo("a");
      assertThat(refused.path("error").path("code").asString())
          .isEqualTo("websocket_connection_limit_reached");
      client.create("z", "\"stream_id\":\"b\"");
      assertThat(client.event().json().path("error").path("code").asString())
          .isEqualTo("websocket_connection_limit_reached");
      steps.release(100_000);
      assertThat(WsRaw.text(client.until(COMPLETED))).isEqualTo("Сәлем");
      JsonNode last = client.event().json();
      assertThat(last.has("stream_id")).isFalse();
      assertThat(last.path("error").path("code").asString())
          .isEqualTo("websocket_connection_limit_reached");
      assertThat(client.event().code()).isEqualTo(1001);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void afterTheEndOfItsLife_whatDoesNotFinish_isCutOff() throws Exception {
    try (TestGateway gateway = endless(new WsTuning().lifetime(1000).closeTimeout(1000));
        WsRaw client = WsRaw.open(gateway)) {
      slow(gateway);
      client.create("x", "");
      assertThat(client.untilClosed()).isEqualTo(1001);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aStoppingServer_letsResponsesFinish_thenSays1001() throws Exception {
    try (TestGateway gateway = gateway("Сәлем", new WsTuning());
        WsRaw busy = WsRaw.open(gateway);
        WsRaw idle = WsRaw.open(gateway)) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      busy.create("x", "").until("response.content_part.added");
      Thread stopping = Thread.ofVirtual().start(() -> stop(gateway));
      assertThat(idle.event().code()).isEqualTo(1001);
      busy.create("y", "\"stream_id\":\"b\"");
      assertThat(busy.event().json().path("error").path("code").asString()).isEqualTo("draining");
      steps.release(100_000);
      assertThat(WsRaw.text(busy.until(COMPLETED))).isEqualTo("Сәлем");
      assertThat(busy.event().code()).isEqualTo(1001);
      stopping.join();
    }
  }

  @Test
  void whatTheEngineFails_isAFailedResponse_andTheSessionLivesOn() throws Exception {
    try (TestGateway gateway = endless(new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      int[] step = new int[1];
      gateway
          .engine()
          .beforeStep(_ -> {
            if (++step[0] == 5) {
              throw new EngineFault.Transient("broken", null);
            }
          });
      JsonNode last = client.create("x", "").until("response.failed").getLast();
      assertThat(last.path("response").path("error").path("code").asString())
          .isEqualTo("server_error");
      client.create("x", "\"max_output_tokens\":2").until("response.incomplete");
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void refusedByThePipeline_isAnErrorFrame() throws Exception {
    try (TestGateway gateway = gateway("иә", new WsTuning());
        WsRaw client = WsRaw.open(gateway)) {
      client.text("{\"type\":\"response.create\",\"model\":\"gpt\",\"input\":\"x\"}");
      JsonNode error = error(client);
      assertThat(error.path("status").asInt()).isEqualTo(404);
      assertThat(error.path("error").path("code").asString()).isEqualTo("model_not_found");
      client.create("x", "\"temperature\":9");
      assertThat(error(client).path("error").path("message").asString())
          .isEqualTo("temperature: 9 (expected: 0 to 2)");
      client.create("x", "\"tools\":[{\"type\":\"web_search\"}]");
      assertThat(error(client).path("error").path("code").asString())
          .isEqualTo("unsupported_parameter");
      client.create("x", "\"nobody_knows\":1").until(COMPLETED);
      assertThat(gateway.get("/metrics").body())
          .contains("qaqpa_ignored_fields_total{engine=\"0\",model_name=\"kaz-mini\"} 1.0");
    }
  }

  private static void stop(TestGateway gateway) {
    try {
      gateway.gateway().stop(java.time.Duration.ofSeconds(20));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void slow(TestGateway gateway) {
    gateway.engine().eachStepTakes(Duration.ofMillis(2));
  }

  private static TestGateway gateway(String answer, WsTuning tuning) {
    return TestGateway.sockets(Script.saying(answer), Script.model(TestGateway.CONTEXT), tuning);
  }

  private static TestGateway endless(WsTuning tuning) {
    return TestGateway.sockets(
        Script.repeating("қазақ "), Script.model(TestGateway.CONTEXT), tuning);
  }

  /** The next error frame; events on the way are skipped. */
  private static JsonNode error(WsRaw client) throws Exception {
    return client.until("error").getLast();
  }

  private static String responseId(List<JsonNode> events) {
    return events.getFirst().path("response").path("id").asString();
  }

  private static JsonNode usageOf(JsonNode terminal) {
    return terminal.path("response").path("usage");
  }

  private static String responseLane(List<JsonNode> events) {
    return events.getLast().path("stream_id").asString();
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.path("type").asString()).toList();
  }
}
