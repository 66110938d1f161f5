package kz.qaqpa.admission.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.fixture.AgenciesYaml;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.WsRaw;
import kz.qaqpa.http.TlsSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Tokens at the door of a running gateway, with their issuer at a real https address. */
class TokenDoorTest {
  private static final String KEY = "qpk_key_of_the_other_application";
  private static final Mint OLD = new Mint("-1");
  private static final Mint NEW = new Mint("-2");

  private final KeyServer server;
  private final AgenciesYaml file;
  private @Nullable TestGateway started;

  TokenDoorTest(@TempDir Path folder) throws Exception {
    this.server = new KeyServer(folder, OLD.keys());
    this.file = new AgenciesYaml(folder);
    write("");
  }

  private void write(String more) throws Exception {
    file.again()
        .application("chat", "tokens: [{issuer: govid, client: web" + more + "}]")
        .application("other", "keys: [" + AgenciesYaml.key(KEY) + "]")
        .write();
  }

  @AfterEach
  void stop() throws Exception {
    if (started != null) {
      started.awaitNothingLeft();
      started.close();
    }
    server.close();
    System.gc();
    assertThat(LeakRecorder.leaks()).isEmpty();
  }

  @Test
  void tokensOpenEveryDoor() throws Exception {
    TestGateway gateway = gateway();
    assertThat(get(gateway, OLD.good("EdDSA", now())).statusCode()).isEqualTo(200);
    int fetched = server.requests(); // Who comes in the moment in which they arrive may ask again.
    assertThat(fetched).isBetween(1, 2);
    for (String algorithm : List.of("RS256", "ES256", "EdDSA")) {
      HttpResponse<String> answer = chat(gateway, OLD.good(algorithm, now()), "a");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(Sse.content(answer.body())).isEqualTo("иә");
    }
    String token = OLD.good("EdDSA", now());
    assertThat(get(gateway, token).statusCode()).isEqualTo(200);
    assertThat(get(gateway, KEY).statusCode()).isEqualTo(200);
    try (WsRaw client = handshake(gateway, token)) {
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
    assertThat(server.requests()).isEqualTo(fetched);
  }

  @Test
  void whatATokenStandsForIsSaidInTheRegistry_atEachRequest() throws Exception {
    TestGateway gateway = gateway();
    String token = OLD.good("EdDSA", now());
    assertThat(get(gateway, token).statusCode()).isEqualTo(200);
    try (WsRaw client = handshake(gateway, token)) {
      write(", revoked: true");
      assertThat(client.until("error").getLast().path("status").asInt()).isEqualTo(401);
      assertThat(client.read().code()).isEqualTo(1008);
    }
    assertThat(get(gateway, token).body())
        .contains("Authorization: revoked token (expected: a valid one)");
    write(", subject: bob");
    TestGateway.await(() -> send(gateway, token).join().body().contains("unknown token"));
    write("");
    TestGateway.await(() -> send(gateway, token).join().statusCode() == 200);
  }

  @Test
  void newKeysAreFetchedWhenATokenNamesThem_andOldOnesGo() throws Exception {
    TestGateway gateway = gateway();
    assertThat(get(gateway, OLD.good("ES256", now())).statusCode()).isEqualTo(200);
    String token = NEW.good("ES256", now());
    server.answers(NEW.keys());
    assertThat(get(gateway, token).statusCode()).isEqualTo(200);
    assertThat(get(gateway, OLD.good("ES256", now())).body())
        .contains("signed with an unknown key");
    assertThat(server.requests()).isEqualTo(2);
  }

  @Test
  void aFloodOfUnknownKeysIsOneFetch() throws Exception {
    TestGateway gateway = gateway();
    assertThat(get(gateway, OLD.good("ES256", now())).statusCode()).isEqualTo(200);
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String header = "{\"alg\":\"ES256\",\"kid\":\"unknown-" + i + "\"}";
      all.add(send(gateway, OLD.signed(header, Mint.claims(now()), "ES256")));
    }
    for (CompletableFuture<HttpResponse<String>> one : all) {
      assertThat(one.get().statusCode()).isEqualTo(401);
    }
    assertThat(server.requests()).isEqualTo(2);
  }

  @Test
  void anIssuerThatIsAwayLeavesItsLastKeys() throws Exception {
    TestGateway gateway = gateway();
    assertThat(get(gateway, OLD.good("EdDSA", now())).statusCode()).isEqualTo(200);
    server.close();
    assertThat(get(gateway, OLD.good("RS256", now())).statusCode()).isEqualTo(200);
    assertThat(get(gateway, NEW.good("RS256", now())).statusCode()).isEqualTo(401);
    assertThat(gateway.send(gateway.request("/readyz", null).build()).body())
        .isEqualTo(
            "{\"status\":\"ready\",\"details\":[\"issuer govid: its keys cannot be fetched\"]}");
  }

  @Test
  void withoutKeysTokensCannotBeTold_andNobodyElseNotices() throws Exception {
    server.close();
    TestGateway gateway = gateway();
    HttpResponse<String> answer = chat(gateway, OLD.good("EdDSA", now()), "a");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"code\":\"identity_unavailable\"");
    assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
    assertThat(answer.headers().firstValue("x-should-retry")).hasValue("true");
    assertThat(chat(gateway, KEY, "a").statusCode()).isEqualTo(200);
    HttpResponse<String> ready = gateway.send(gateway.request("/readyz", null).build());
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).contains("issuer govid: its keys were never fetched");
  }

  /** A body is read once it is known who sends it, and not before. */
  @Test
  void whoHasNoGoodTokenGetsNoWorkDone() throws Exception {
    server.answers((_, _) -> Mono.never()); // Two seconds in which nobody can be told.
    long start = System.nanoTime(); // Before its first look for keys begins.
    TestGateway gateway = gateway();
    String token = OLD.good("EdDSA", now());
    try (RawClient slow = new RawClient(gateway.address())) {
      slow.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
              + token
              + "\r\nContent-Type: application/json\r\nContent-Length: 80000000\r\n\r\n");
      CompletableFuture<Long> sent =
          CompletableFuture.supplyAsync(
              () -> sendUntilItSticks(slow, new byte[10_000], 80_000_000));
      assertThat(chat(gateway, KEY, "a").statusCode()).isEqualTo(200); // Others go on.
      assertThat(slow.readUntil("\r\n")).startsWith("HTTP/1.1 503 ");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThan(Duration.ofMillis(1500));
      slow.close();
      // Sockets' buffers hold some; the gateway takes none of it but to throw it away at the end.
      assertThat(sent.get()).isLessThan(80_000_000);
    }
    for (String bad : List.of(token + "x", NEW.good("EdDSA", now()), "eyJ.eyJ.eyJ")) {
      HttpResponse<String> refused = chat(gateway, bad, null);
      assertThat(refused.statusCode()).isIn(401, 503); // And not 400: it is no JSON.
    }
    assertThat(gateway.gateway().engine().stats().promptTokens()).isEqualTo(2);
  }

  /** Piece by piece, a millisecond apart. */
  private static long sendUntilItSticks(RawClient client, byte[] piece, long bytes) {
    long sent = 0;
    try {
      while (sent < bytes) {
        client.send(piece);
        sent += piece.length;
        LockSupport.parkNanos(1_000_000);
      }
    } catch (IOException e) {
      // Closed.
    }
    return sent;
  }

  /** Whoever does not wait for the answer to a handshake breaks its own connection only. */
  @Test
  void framesBeforeTheHandshakeIsAnswered() throws Exception {
    TestGateway gateway = gateway();
    try (WsRaw client = handshake(gateway, OLD.good("EdDSA", now()))) {
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
    }
    String token = NEW.good("EdDSA", now()); // Its key is looked for now, for two seconds at most.
    Sinks.Empty<Void> told = Sinks.empty();
    server.answers((_, response) ->
        response.sendString(Mono.just(NEW.keys()).delaySubscription(told.asMono())));
    String head =
        "GET /v1/responses HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            + "Authorization: Bearer "
            + token
            + "\r\n\r\n";
    try (RawClient hasty = new RawClient(gateway.address());
        RawClient hastier = new RawClient(gateway.address())) {
      final int fetched = server.requests();
      hasty.send(head).send(new byte[100]);
      hastier.send(head + "GET /v1/models HTTP/1.1\r\nHost: a\r\n\r\n"); // In one piece.
      TestGateway.await(() -> server.requests() > fetched);
      told.tryEmitEmpty(); // Not before its bytes are there.
      assertThat(sendUntilItSticks(hasty, new byte[1], 10_000)).isLessThan(10_000);
      assertThat(hasty.readAllOrReset()).isEmpty();
      assertThat(hastier.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      hastier.send(WsRaw.head(0x88, 0x80, 0)).send(new byte[4]);
      assertThat(hastier.readAllOrReset()).doesNotContain("HTTP/1.1");
    }
    try (WsRaw client = handshake(gateway, token)) {
      assertThat(WsRaw.text(client.create("a", "").until("response.completed"))).isEqualTo("иә");
    }
  }

  @Test
  void sessionsEndWithTheirToken() throws Exception {
    TestGateway gateway = gateway();
    long soon = now() - 354; // Its 300 seconds and 60 for clocks end in six.
    try (WsRaw client = handshake(gateway, OLD.good("EdDSA", soon))) {
      assertThat(client.head()).startsWith("HTTP/1.1 101 ");
      client.create("a", "").until("response.completed");
      assertThat(client.until("error").getLast().path("status").asInt()).isEqualTo(401);
      assertThat(client.read().code()).isEqualTo(1008);
      assertThat(Instant.now().getEpochSecond()).isGreaterThanOrEqualTo(soon + 360);
    }
  }

  private TestGateway gateway() {
    IssuerEntry issuer =
        new IssuerEntry(
            "govid",
            Mint.ISSUER,
            Mint.AUDIENCE,
            server.url(),
            null,
            server.authority(),
            null,
            null,
            null,
            null);
    Identities identities =
        Identities.open(file.registry("govid"), new IdentityFile(List.of(issuer)));
    started = TestGateway.known(Script.saying("иә"), identities, TlsSettings.off());
    return started;
  }

  private static WsRaw handshake(TestGateway gateway, String token) throws Exception {
    return WsRaw.handshake(gateway.address(), "Authorization: Bearer " + token + "\r\n");
  }

  private static HttpResponse<String> get(TestGateway gateway, String key) throws Exception {
    return send(gateway, key).get();
  }

  private static CompletableFuture<HttpResponse<String>> send(TestGateway gateway, String key) {
    return gateway
        .client()
        .sendAsync(gateway.request("/v1/models", key).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> chat(
      TestGateway gateway, String key, @Nullable String question) throws Exception {
    String body = question == null ? "not even JSON" : TestGateway.chat(question, "");
    return gateway.send(
        gateway.request("/v1/chat/completions", key).POST(BodyPublishers.ofString(body)).build());
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }
}
