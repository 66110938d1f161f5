package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.admission.suspension.SuspensionSignal;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What a suspension does to requests that run, and to those that come. */
class SuspendedStreamsTest {
  private static final Suspension CHAT =
      new Suspension(
          "sandbox",
          "development",
          "operator:duty",
          "a leak",
          Instant.parse("2026-11-23T12:00:00Z"));

  private final MemoryRegister register = new MemoryRegister();
  private final Semaphore steps = new Semaphore(0);
  private Suspensions suspensions;
  private TestGateway gateway;

  @AfterAll
  static void noLeaks() {
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @BeforeEach
  void open() {
    suspensions = new Suspensions(register, null, SuspensionSignal.NONE, System::nanoTime);
    suspensions.start(List.of());
    gateway = TestGateway.suspending(Script.repeating("қазақ "), suspensions);
    suspensions.revokeAt(gateway.gateway().gate());
    gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
  }

  @AfterEach
  void close() {
    steps.release(1_000_000);
    gateway.close();
    suspensions.close();
  }

  private void suspend() {
    register.put(CHAT).then(suspensions.put(CHAT)).block();
  }

  @Test
  void aStream_endsWithItsCode_beforeAnotherStep() throws Exception {
    steps.release(6);
    try (RawClient client = new RawClient(gateway.address())) {
      client.chat(TestGateway.chat("a", "\"stream\":true"));
      client.readUntil("қ");
      TestGateway.await(() -> gateway.engine().steps() == 6);
      suspend(); // The engine stands still.
      String end = client.readUntil("application_suspended");
      assertThat(end).contains("\"error\"", "sandbox/development is suspended");
      assertThat(end).doesNotContain("a leak", "duty", "[DONE]");
      assertThat(gateway.engine().steps()).isEqualTo(6);
      steps.release(1); // The one that was under way.
      gateway.awaitNothingLeft();
      assertThat(gateway.engine().steps()).isLessThanOrEqualTo(7);
      assertThat(gateway.ledger().records())
          .extracting(UsageRecord::finish)
          .containsExactly("application_suspended");
      // What was delivered is labelled, to the client and in the registry.
      end += client.readUntil("}}\n\n");
      assertThat(end).containsPattern("\"content_label\":\\{.*\"jws\":\"[^\"]{100,}");
      assertThat(gateway.ledger().labels())
          .extracting(IssuedLabel::id)
          .containsExactly(gateway.ledger().records().getFirst().labelId());
    }
  }

  @Test
  void aSession_isToldAndGoesOn_otherApplicationsToo() throws Exception {
    steps.release(6);
    try (WsRaw client = WsRaw.open(gateway)) {
      client.create("a", "").until("response.output_text.delta");
      TestGateway.await(() -> gateway.engine().steps() == 6);
      suspend();
      JsonNode end = client.until("response.failed").getLast();
      assertThat(end.at("/response/error/code").asString()).isEqualTo("application_suspended");
      assertThat(end.at("/response/content_label").has("jws")).isTrue();
      client.create("b", "");
      JsonNode refused = client.event().json();
      assertThat(refused.path("type").asString()).isEqualTo("error");
      assertThat(refused.at("/error/code").asString()).isEqualTo("application_suspended");
      assertThat(refused.path("status").asInt()).isEqualTo(403);
      register.remove("sandbox", "development").then(suspensions.remove(CHAT.fullId())).block();
      steps.release(1_000_000);
      client.create("c", "\"max_output_tokens\":16").until("response.incomplete");
    }
  }

  @Test
  void newRequests_areRefused_onEveryPath_theOthersAreNot() throws Exception {
    steps.release(1_000_000);
    suspend();
    for (HttpResponse<String> response :
        List.of(
            gateway.post(TestGateway.chat("a", "")),
            gateway.post(TestGateway.chat("a", "\"stream\":true")),
            gateway.post("/v1/completions", "{\"model\":\"kaz-mini\",\"prompt\":\"a\"}"),
            gateway.post("/v1/responses", "{\"model\":\"kaz-mini\",\"input\":\"a\"}"),
            gateway.post("/tokenize", "{\"model\":\"kaz-mini\",\"prompt\":\"a\"}"),
            gateway.post("/v1/ws-tickets", ""),
            gateway.get("/v1/models"))) {
      assertThat(AdminWorld.refusal(response)).isEqualTo("403 application_suspended");
      assertThat(response.headers().firstValue("x-should-retry")).contains("false");
    }
    try (WsRaw handshake =
        WsRaw.handshake(gateway.address(), "Authorization: Bearer " + TestGateway.KEY + "\r\n")) {
      assertThat(handshake.head()).startsWith("HTTP/1.1 403 ");
    }
    HttpResponse<String> other =
        gateway.send(
            gateway
                .request("/v1/chat/completions", TestGateway.OTHER_KEY)
                .POST(
                    java.net.http.HttpRequest.BodyPublishers.ofString(
                        TestGateway.chat("a", "\"max_tokens\":4")))
                .build());
    assertThat(other.statusCode()).isEqualTo(200);
    gateway.awaitNothingLeft();
    assertThat(gateway.ledger().records()).hasSize(1);
  }

  /** Nobody slips in between the look at the set and the permit, whenever it comes. */
  @Test
  void requestsThatRace_endOrAreRefused() {
    Seeds.forRandom(
        TestSize.tries(30, 1_000),
        random -> {
          steps.drainPermits();
          steps.release(6); // It cannot end by itself.
          Thread caller = Thread.ofVirtual().start(this::ask);
          LockSupport.parkNanos(random.nextLong(4_000_000));
          suspend();
          assertThat(caller.join(Duration.ofSeconds(20))).isTrue();
          steps.release(100); // The one that was under way.
          gateway.awaitNothingLeft();
          register.remove("sandbox", "development").then(suspensions.remove(CHAT.fullId())).block();
        });
    assertThat(gateway.ledger().records())
        .extracting(UsageRecord::finish)
        .allMatch("application_suspended"::equals);
  }

  private void ask() {
    try {
      gateway.post(TestGateway.chat("a", "\"stream\":true"));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
