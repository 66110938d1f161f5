package kz.qaqpa.ws;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.fixture.WsTuning;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Clients that do not read, and lanes that share a socket. */
class WsBackPressureTest {
  /** Answers as long as the context allows; each token is one frame of some 300 bytes. */
  private static final int CONTEXT = 16_384;

  @AfterAll
  static void noLeaks() {
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @Test
  void aClientThatDoesNotRead_stopsItsOwnSequences_notThoseOfOthers() throws Exception {
    try (TestGateway gateway = endless();
        WsRaw deaf = WsRaw.open(gateway, 2048)) {
      for (String lane : List.of("a", "b", "c")) {
        deaf.create("x", "\"stream_id\":\"" + lane + "\"");
      }
      long produced = untilStalled(gateway);
      // Three sequences could make 49,000 tokens; what was made fits into buffers.
      assertThat(produced).isLessThan(3L * CONTEXT - 1000);
      assertThat(gateway.gateway().engine().stats().running()).isEqualTo(3);
      try (WsRaw other = WsRaw.open(gateway)) {
        other.create("x", "\"max_output_tokens\":400").until("response.incomplete");
      }
      assertThat(gateway.gateway().engine().stats().running()).isEqualTo(3);
      deaf.abort();
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aClientThatReadsLate_getsEveryFrame_inOrder() throws Exception {
    try (TestGateway gateway = endless();
        WsRaw slow = WsRaw.open(gateway, 2048)) {
      int tokens = 12_000;
      slow.create("x", "\"stream_id\":\"a\",\"max_output_tokens\":" + tokens);
      slow.create("x", "\"stream_id\":\"b\",\"max_output_tokens\":" + tokens);
      untilStalled(gateway);
      Map<String, Integer> next = new HashMap<>();
      int ended = 0;
      while (ended < 2) {
        JsonNode event = slow.event().json();
        int expected = next.merge(event.path("stream_id").asString(), 1, Integer::sum) - 1;
        assertThat(event.path("sequence_number").asInt(-1)).isEqualTo(expected);
        ended += event.path("type").asString().equals("response.incomplete") ? 1 : 0;
      }
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void aFloodInOneLane_doesNotHoldUpAnother() throws Exception {
    try (TestGateway gateway = endless();
        WsRaw client = WsRaw.open(gateway, 2048)) {
      for (int i = 0; i < 6; i++) {
        client.create("x", "\"stream_id\":\"flood" + i + "\"");
      }
      untilStalled(gateway); // Lines, socket and rings are full of the floods' frames.
      client.create("x", "\"stream_id\":\"quiet\",\"max_output_tokens\":20");
      // All made before anything is read: how fast the engine is does not matter.
      TestGateway.await(() -> gateway.gateway().engine().stats().finished() == 1);
      List<String> lanes = new ArrayList<>();
      int last = 0; // Of its deltas: what ends it waits for its signature, not for the others.
      boolean done = false;
      while (!done) {
        JsonNode event = client.event().json();
        String lane = event.path("stream_id").asString();
        String type = event.path("type").asString();
        last =
            lane.equals("quiet") && type.equals("response.output_text.delta") ? lanes.size() : last;
        lanes.add(lane);
        done = type.equals("response.incomplete");
      }
      int first = lanes.indexOf("quiet");
      List<String> since = lanes.subList(first, last + 1);
      long quiet = since.stream().filter("quiet"::equals).count();
      // In turn with six others: from its first frame on it gets at least half of its share.
      assertThat(since.size()).isLessThan((int) (quiet * 7 * 2));
      client.abort();
      gateway.awaitNothingLeft();
    }
  }

  /** Waits until no more tokens are made; returns about how many there were. */
  private static long untilStalled(TestGateway gateway) throws InterruptedException {
    long[] last = {-1, 0};
    TestGateway.await(() -> {
      long steps = gateway.engine().steps();
      boolean same = steps == last[0] && steps > 300;
      last[1] = same ? last[1] + 1 : 0;
      last[0] = steps;
      LockSupport.parkNanos(5_000_000);
      return last[1] > 20;
    });
    return last[0] * gateway.gateway().engine().stats().running();
  }

  private static TestGateway endless() {
    return TestGateway.sockets(
        Script.repeating("abcdefgh "), Script.model(CONTEXT), new WsTuning().closeTimeout(200));
  }
}
