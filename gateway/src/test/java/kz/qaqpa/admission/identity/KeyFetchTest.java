package kz.qaqpa.admission.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import kz.qaqpa.fixture.Certificates;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** Fetches from a real https server that answers in every bad way. */
class KeyFetchTest {
  private static final String KEYS = Mint.set(new Mint("-1").edKey());

  private final KeyServer server;
  private final Path folder;
  private final LoopResources loops = LoopResources.create("test-identity", 1, true);
  private final Scheduler timer = Schedulers.newSingle("test-identity-timer", true);

  KeyFetchTest(@TempDir Path folder) throws Exception {
    this.folder = folder;
    this.server = new KeyServer(folder, KEYS);
  }

  @AfterEach
  void close() {
    server.close();
    timer.dispose();
    loops.dispose();
  }

  @Test
  void aSetIsFetched_anewEachTime() {
    assertThat(fetch()).isEqualTo(KEYS);
    assertThat(fetch()).isEqualTo(KEYS);
    assertThat(server.requests()).isEqualTo(2);
  }

  @Test
  void aSetOf64KibIsTaken_andOneByteMoreIsNot() {
    String most = KEYS + " ".repeat(KeySet.LONGEST - KEYS.length());
    server.answers(most);
    assertThat(fetch()).isEqualTo(most);
    server.answers(most + " ");
    refused("more than 65536 bytes");
    server.answers((_, response) ->
        response.sendString(Flux.generate(sink -> sink.next("{\"keys\":[".repeat(1000)))));
    refused("more than 65536 bytes"); // Without an end, and without a length.
  }

  @Test
  void twoSecondsAreEnough() {
    server.answers((_, _) -> Mono.never());
    slow();
    server.answers((_, response) ->
        response.sendString(Flux.interval(Duration.ofMillis(100)).map(i -> i == 0 ? "{" : " ")));
    slow(); // A byte every now and then.
  }

  private void slow() {
    long start = System.nanoTime();
    assertThatThrownBy(this::fetch).hasRootCauseInstanceOf(TimeoutException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int status : new int[] {301, 302, 303, 307, 308}) {
        server.answers((_, response) ->
            response
                .status(status)
                .header(HttpHeaderNames.LOCATION, "http://127.0.0.1:" + other.getLocalPort())
                .send());
        refused("status " + status + ", expected: 200");
      }
      other.setSoTimeout(300);
      assertThatThrownBy(other::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void otherStatusesAreFailures() {
    for (int status : new int[] {204, 304, 404, 500, 503}) {
      server.answers((_, response) -> response.status(status).send());
      refused("status " + status + ", expected: 200");
    }
  }

  @Test
  void theServerMustBeVouchedFor_underItsName() throws Exception {
    assertThatThrownBy(() -> fetch(server.url(), null)).hasMessageContaining("PKIX");
    Path others = Files.createDirectory(folder.resolve("others"));
    new Certificates(others);
    assertThatThrownBy(() -> fetch(server.url(), others.resolve("ca.pem")))
        .hasMessageContaining("PKIX");
    String otherName = server.url().replace("localhost", "127.0.0.2");
    assertThatThrownBy(() -> fetch(otherName, server.authority())).isNotNull();
    String ip = server.url().replace("localhost", "127.0.0.1");
    assertThat(fetch(ip, server.authority())).isEqualTo(KEYS);
  }

  @Test
  void aServerThatIsAwayIsAFailure() throws Exception {
    server.close();
    refused("Connection refused");
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "https://127.0.0.1:" + silent.getLocalPort() + "/keys";
      assertThatThrownBy(() -> fetch(url, server.authority())).isNotNull(); // No TLS at all.
    }
  }

  private void refused(String message) {
    assertThatThrownBy(this::fetch).hasStackTraceContaining(message);
  }

  private String fetch() {
    return fetch(server.url(), server.authority());
  }

  private String fetch(String url, @Nullable Path authority) {
    byte[] bytes = KeyFetch.of(url, authority, loops, timer).block(Duration.ofSeconds(30));
    return new String(Objects.requireNonNull(bytes), StandardCharsets.UTF_8);
  }
}
