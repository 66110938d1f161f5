package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Responses that are ended by somebody: no slot, no permit and no entry may be left behind. */
class ResponsesCancelTest {
  private static final String PATH = "/v1/responses";
  private static final Pattern ID = Pattern.compile("resp_[0-9a-f]{32}");

  private final Semaphore steps = new Semaphore(0);
  private TestGateway gateway;

  @BeforeEach
  void start() {
    gateway = TestGateway.of(Script.repeating("қазақ "));
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    steps.release(1_000_000);
    gateway.awaitNothingLeft();
    gateway.close();
  }

  @Test
  void whileStreaming() throws Exception {
    slow();
    try (RawClient client = stream("")) {
      String id = id(client.readUntil("\"delta\":\"қ"));
      assertThat(status(gateway.get(PATH + "/" + id))).isEqualTo("in_progress");
      HttpResponse<String> cancelled = cancel(id);
      assertThat(status(cancelled)).isEqualTo("cancelled");
      assertThat(cancelled.headers().firstValue("AI-Disclosure")).isPresent();
      assertThat(client.readUntil("event: response.incomplete"))
          .contains("event: response.output_item.done");
      gateway.awaitNothingLeft();
      JsonNode stored = json(gateway.get(PATH + "/" + id));
      assertThat(stored).isEqualTo(json(cancelled));
      assertThat(stored.path("output").path(0).path("content").path(0).path("text").asString())
          .startsWith("қ");
      assertThat(stored.path("usage").path("output_tokens").asInt()).isPositive();
      assertThat(json(cancel(id))).as("cancelled again").isEqualTo(stored);
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
      assertThat(gateway.get("/metrics").body()).contains("finished_reason=\"abort\"");
    }
  }

  @Test
  void whilePrefilling_andQueued() throws Exception {
    gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
    try (RawClient running = stream("");
        RawClient queued = stream("")) {
      String first = id(running.readUntil("response.content_part.added"));
      String second = id(queued.readUntil("response.content_part.added"));
      assertThat(gateway.gateway().gate().live()).isEqualTo(2);
      assertThat(status(cancel(second))).isEqualTo("cancelled");
      assertThat(status(cancel(first))).isEqualTo("cancelled");
      running.readUntil("event: response.incomplete");
      queued.readUntil("event: response.incomplete");
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      steps.release(1_000_000);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void finished_staysAsItIs_unknown_isNotFound() throws Exception {
    HttpResponse<String> made = gateway.post(PATH, body("\"max_output_tokens\":2"));
    HttpResponse<String> cancelled = cancel(json(made).path("id").asString());
    assertThat(json(cancelled)).isEqualTo(json(made));
    assertThat(cancel("resp_0").statusCode()).isEqualTo(404);
    HttpResponse<String> wrongMethod = gateway.get(PATH + "/resp_0/cancel");
    assertThat(wrongMethod.statusCode()).isEqualTo(405);
  }

  @Test
  void byAnotherApplication_isNotFound() throws Exception {
    slow();
    try (RawClient client = stream("")) {
      String id = id(client.readUntil("\"delta\":\"қ"));
      HttpResponse<String> response =
          gateway.send(
              gateway
                  .request(PATH + "/" + id + "/cancel", TestGateway.OTHER_KEY)
                  .POST(BodyPublishers.noBody())
                  .build());
      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(status(gateway.get(PATH + "/" + id))).isEqualTo("in_progress");
    }
  }

  @Test
  void notStored_isCancelled_andNotKept() throws Exception {
    slow();
    try (RawClient client = stream(",\"store\":false")) {
      String id = id(client.readUntil("\"delta\":\"қ"));
      assertThat(gateway.get(PATH + "/" + id).statusCode()).isEqualTo(404);
      assertThat(status(cancel(id))).isEqualTo("cancelled");
      client.readUntil("event: response.incomplete");
      gateway.awaitNothingLeft();
      assertThat(cancel(id).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void deletedWhileRunning_ends_andIsGone() throws Exception {
    slow();
    try (RawClient client = stream("")) {
      String id = id(client.readUntil("\"delta\":\"қ"));
      HttpResponse<String> deleted =
          gateway.send(gateway.request(PATH + "/" + id, TestGateway.KEY).DELETE().build());
      assertThat(deleted.statusCode()).isEqualTo(200);
      client.readUntil("event: response.incomplete");
      gateway.awaitNothingLeft();
      assertThat(gateway.get(PATH + "/" + id).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void deletedWhileContinued_doesNotDisturb() throws Exception {
    HttpResponse<String> made = gateway.post(PATH, body("\"max_output_tokens\":2"));
    String id = json(made).path("id").asString();
    slow();
    try (RawClient client =
        stream(",\"max_output_tokens\":20,\"previous_response_id\":\"" + id + "\"")) {
      client.readUntil("\"delta\":\"қ");
      gateway.send(gateway.request(PATH + "/" + id, TestGateway.KEY).DELETE().build());
      String end = client.readUntil("event: response.incomplete");
      assertThat(end).contains("response.output_text.done");
    }
  }

  @Test
  void aClientThatLeaves_whileStreaming() throws Exception {
    slow();
    String id;
    try (RawClient client = stream("")) {
      id = id(client.readUntil("\"delta\":\"қ"));
    }
    gateway.awaitNothingLeft();
    assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    TestGateway.await(() -> notFound(id));
  }

  @Test
  void aClientThatLeaves_duringAWholeResponse() throws Exception {
    gateway.engine().eachStepTakes(Duration.ofMillis(5));
    try (RawClient client = new RawClient(gateway.address())) {
      client.post(PATH, body("\"store\":true"));
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 1);
    }
    gateway.awaitNothingLeft();
    assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
  }

  @Test
  void eventsCannotBeToldAgain() throws Exception {
    HttpResponse<String> made = gateway.post(PATH, body("\"max_output_tokens\":2"));
    String id = json(made).path("id").asString();
    assertThat(gateway.get(PATH + "/" + id + "?stream=false").statusCode()).isEqualTo(200);
    for (String query : List.of("stream=true", "starting_after=3")) {
      HttpResponse<String> refused = gateway.get(PATH + "/" + id + "?" + query);
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("unsupported_parameter");
    }
  }

  /** Makes each step take some milliseconds, so that an answer lasts. */
  private void slow() {
    gateway.engine().eachStepTakes(Duration.ofMillis(5));
  }

  private RawClient stream(String more) throws Exception {
    return new RawClient(gateway.address())
        .post(
            PATH,
            body("\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}" + more));
  }

  private HttpResponse<String> cancel(String id) throws Exception {
    return gateway.send(
        gateway
            .request(PATH + "/" + id + "/cancel", TestGateway.KEY)
            .POST(BodyPublishers.noBody())
            .build());
  }

  private boolean notFound(String id) {
    try {
      return gateway.get(PATH + "/" + id).statusCode() == 404;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String body(String more) {
    return "{\"model\":\"kaz-mini\",\"input\":\"a\"," + more + "}";
  }

  private static String id(String read) {
    Matcher id = ID.matcher(read);
    assertThat(id.find()).as(read).isTrue();
    return id.group();
  }

  private static String status(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return json(response).path("status").asString();
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }
}
