package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asking the model through the admin port, and verifying what it said. */
class PlaygroundTest {
  private static final String TICKETS = "/admin/playground/tickets";
  private static final String WITH_KEY = "{\"key\":\"" + TestGateway.KEY + "\"}";

  @TempDir private Path folder;
  private TestGateway gateway;
  private AdminWorld world;

  @BeforeEach
  void open() throws Exception {
    gateway = TestGateway.of(Script.saying("Астана."));
    world = AdminWorld.beside(gateway, folder, null);
  }

  @AfterEach
  void close() {
    world.close();
    gateway.close();
  }

  @Test
  void aKey_becomesATicket_andATicketAnAnswerWithItsLabel() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    HttpResponse<String> ticket = ticket(login, WITH_KEY);
    assertThat(ticket.statusCode()).isEqualTo(200);
    assertThat(ticket.body()).doesNotContain(TestGateway.KEY);
    assertThat(ticket.headers().firstValue("cache-control")).contains("no-store");
    assertThat(world.audited()).contains("operator:duty playground.ticket sandbox/development");
    JsonNode done = asked(login, ticket).path("response");
    String text = done.at("/output/0/content/0/text").asString();
    assertThat(text).isEqualTo("Астана.");
    assertThat(done.at("/content_label/jws").asString()).isNotEmpty();

    assertThat(verified(login, text, done.path("content_label"))).isEqualTo("valid");
    assertThat(verified(login, text + "!", done.path("content_label"))).isEqualTo("altered");
  }

  private JsonNode asked(HttpResponse<String> login, HttpResponse<String> ticket) throws Exception {
    Events events = new Events();
    WebSocket socket = connect(login, subprotocols(ticket), events);
    assertThat(socket.getSubprotocol()).isEqualTo("qaqpa.responses.v1");
    socket
        .sendText(
            "{\"type\":\"response.create\",\"model\":\"kaz-mini\",\"input\":\"Қай қала?\"}", true)
        .get(60, TimeUnit.SECONDS);
    JsonNode event = events.next();
    while (!event.path("type").asString().equals("response.completed")) {
      event = events.next();
    }
    socket.abort();
    return event;
  }

  private String verified(HttpResponse<String> login, String text, JsonNode label)
      throws Exception {
    String body =
        JsonMapper.shared().createObjectNode().put("text", text).set("label", label).toString();
    return AdminWorld.body(post(login, "/admin/labels/verify", body)).path("verdict").asString();
  }

  @Test
  void aTicket_isGoodOnce_andOnlyWithASession() throws Exception {
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    List<String> spent = subprotocols(ticket(login, WITH_KEY));
    connect(login, spent, new Events()).abort();
    assertRefused(login, spent, 401);
    List<String> good = subprotocols(ticket(login, WITH_KEY));
    assertRefused(null, good, 401);
    assertRefused(world.login(AdminWorld.AUDITOR), good, 403);
    assertRefused(login, List.of("qaqpa.responses.v1"), 401);
  }

  @Test
  void whoMayNotAsk_getsNoTicket() throws Exception {
    assertThat(AdminWorld.refusal(ticket(world.login(AdminWorld.AUDITOR), WITH_KEY)))
        .isEqualTo("403 role_not_allowed");
    assertThat(AdminWorld.refusal(ticket(world.login(AdminWorld.MINFIN), WITH_KEY)))
        .isEqualTo("403 agency_not_allowed"); // The key is one of the sandbox.
    HttpResponse<String> login = world.login(AdminWorld.OPERATOR);
    assertThat(AdminWorld.refusal(ticket(login, "{\"key\":\"qpk_wrong\"}")))
        .isEqualTo("401 invalid_api_key");
    assertThat(ticket(login, "{}").statusCode()).isEqualTo(400); // There is no development key.
    assertThat(world.get(TICKETS, AdminWorld.OPERATOR).statusCode()).isEqualTo(405);
    HttpResponse<String> noToken =
        world.send(
            AdminWorld.json(
                world.request(TICKETS).header("Cookie", AdminWorld.cookie(login)), WITH_KEY));
    assertThat(AdminWorld.refusal(noToken)).isEqualTo("403 csrf_token_required");
    assertThat(world.audited()).noneMatch(line -> line.contains("playground.ticket"));
  }

  /** The development application asks with a key that no page ever sees. */
  @Test
  void theDevelopmentKey_staysInTheGateway() throws Exception {
    try (AdminWorld local = AdminWorld.beside(gateway, folder, TestGateway.KEY)) {
      HttpResponse<String> about = local.get("/admin/console", AdminWorld.OPERATOR);
      assertThat(about.body()).contains("\"development\":true").doesNotContain(TestGateway.KEY);
      HttpResponse<String> ticket = local.post(TICKETS, AdminWorld.OPERATOR, "{}");
      assertThat(ticket.statusCode()).isEqualTo(200);
      assertThat(ticket.body())
          .contains("\"agency\":\"sandbox\"", "\"application\":\"development\"")
          .doesNotContain(TestGateway.KEY);
    }
  }

  @Test
  void rights_areThoseOfTheRole() throws Exception {
    assertThat(rights(AdminWorld.OPERATOR))
        .contains("metrics", "requests", "list", "labels", "ask");
    assertThat(rights(AdminWorld.AUDITOR)).contains("metrics", "requests").doesNotContain("ask");
    assertThat(rights(AdminWorld.MINFIN)).contains("requests", "ask").doesNotContain("metrics");
    assertThat(world.get("/admin/console", null).statusCode()).isEqualTo(401);
  }

  private String rights(String key) throws Exception {
    return AdminWorld.body(world.get("/admin/console", key)).path("rights").toString();
  }

  private HttpResponse<String> ticket(HttpResponse<String> login, String body) throws Exception {
    return post(login, TICKETS, body);
  }

  private HttpResponse<String> post(HttpResponse<String> login, String path, String body)
      throws Exception {
    return world.send(
        AdminWorld.json(
            world
                .request(path)
                .header("Cookie", AdminWorld.cookie(login))
                .header("X-CSRF-Token", AdminWorld.csrf(login)),
            body));
  }

  private static List<String> subprotocols(HttpResponse<String> ticket) {
    return AdminWorld.body(ticket)
        .path("subprotocols")
        .valueStream()
        .map(JsonNode::asString)
        .toList();
  }

  private WebSocket connect(
      @Nullable HttpResponse<String> login, List<String> subprotocols, WebSocket.Listener listener)
      throws Exception {
    WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
    if (login != null) {
      builder.header("Cookie", AdminWorld.cookie(login));
    }
    return builder
        .subprotocols(subprotocols.getFirst(), subprotocols.stream().skip(1).toArray(String[]::new))
        .buildAsync(
            URI.create("ws://127.0.0.1:" + world.address().getPort() + "/admin/playground"),
            listener)
        .get(60, TimeUnit.SECONDS);
  }

  private void assertRefused(
      @Nullable HttpResponse<String> login, List<String> subprotocols, int status) {
    assertThatThrownBy(() -> connect(login, subprotocols, new Events()))
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            failure -> assertThat(failure.getResponse().statusCode()).isEqualTo(status));
  }

  private static final class Events implements WebSocket.Listener {
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        events.add(JsonMapper.shared().readTree(text.toString()));
        text.setLength(0);
      }
      from.request(1);
      return null;
    }

    JsonNode next() throws InterruptedException {
      JsonNode event = events.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("an event within 20 s").isNotNull();
      return java.util.Objects.requireNonNull(event);
    }
  }
}
