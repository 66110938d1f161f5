package kz.qaqpa.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.fixture.Ports;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a gateway ends when it is asked to: a process with the shipped model. */
class DrainTest {
  private static final int CLIENTS = 6;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @BeforeEach
  void agencies() throws IOException {
    Files.createDirectories(folder.resolve("one"));
    Files.createDirectories(folder.resolve("two"));
    for (String one : List.of("one", "two")) {
      Files.write(
          folder.resolve(one).resolve("agencies.yaml"), LiveSettings.agencies("0".repeat(64)));
    }
  }

  @Test
  void secondSignal_endsThePatienceWithWhatRuns() throws Exception {
    ServeProcess gateway =
        ServeProcess.start(
            Plan.in(folder.resolve("one"))
                .with(
                    Map.of(
                        "QAQPA_SERVER_DRAIN_TIMEOUT", "10m",
                        "QAQPA_BATCHING_STALL_TIMEOUT", "10m")));
    try (RawClient reader = new RawClient(gateway.address(), 2048)) {
      // It reads nothing after the beginning: its answer stays in the making.
      byte[] body =
          TestGateway.chat(
                  "Сәлем", "\"stream\":true,\"n\":8,\"ignore_eos\":true,\"max_tokens\":1900")
              .getBytes(StandardCharsets.UTF_8);
      String head = RawClient.head(body.length);
      reader.send(head).send(body);
      assertThat(reader.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      gateway.terminate();
      awaitClosed(gateway);
      gateway.terminate();
      assertThat(gateway.exitCode(PATIENCE)).isZero();
      assertThat(reader.readAllOrReset()).contains("draining");
    } finally {
      gateway.kill();
    }
  }

  private static void awaitClosed(ServeProcess gateway) throws Exception {
    TestGateway.await(() -> {
      try (RawClient _ = new RawClient(gateway.address())) {
        return false;
      } catch (IOException e) {
        return true;
      }
    });
  }

  /** Whoever was told 200 gets the whole answer, whichever gateway is restarted meanwhile. */
  @Test
  void rollingRestart_losesNoAnswerThatWasBegun() throws Exception {
    ServeProcess[] gateways = {
      ServeProcess.start(Plan.in(folder.resolve("one")).at(Ports.free())),
      ServeProcess.start(Plan.in(folder.resolve("two")).at(Ports.free()))
    };
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger whole = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    List<String> lost = new CopyOnWriteArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        int first = i;
        clients.add(
            threads.submit(
                (Callable<Void>)
                    () -> {
                      for (int ask = first; !over.get(); ask++) {
                        Outcome outcome = ask(http, gateways[ask % 2]);
                        switch (outcome) {
                          case WHOLE -> whole.incrementAndGet();
                          case REFUSED -> {
                            refused.incrementAndGet();
                            LockSupport.parkNanos(5_000_000);
                          }
                          case LOST -> lost.add("request " + ask);
                        }
                      }
                      return null;
                    }));
      }
      for (int i = 0; i < 2; i++) {
        int before = whole.get();
        TestGateway.await(() -> whole.get() > before + 20);
        int port = gateways[i].address().getPort();
        gateways[i].terminate();
        assertThat(gateways[i].exitCode(PATIENCE)).isZero();
        gateways[i] = ServeProcess.start(Plan.in(folder.resolve(i == 0 ? "one" : "two")).at(port));
      }
      over.set(true);
      for (Future<?> client : clients) {
        client.get();
      }
    } finally {
      over.set(true);
      gateways[0].close();
      gateways[1].close();
    }
    assertThat(lost).isEmpty();
    assertThat(whole.get()).isGreaterThan(40);
    assertThat(refused.get()).as("a restart was noticed").isPositive();
  }

  private enum Outcome {
    WHOLE,
    REFUSED,
    LOST
  }

  private static Outcome ask(HttpClient http, ServeProcess gateway) throws InterruptedException {
    URI uri =
        URI.create("http://127.0.0.1:" + gateway.address().getPort() + "/v1/chat/completions");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + ServeProcess.KEY)
            .timeout(PATIENCE)
            .POST(
                BodyPublishers.ofString(
                    TestGateway.chat("Сәлем", "\"stream\":true,\"max_tokens\":30")))
            .build();
    boolean begun = false;
    try {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      begun = response.statusCode() == 200;
      String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
      if (!begun) {
        return Outcome.REFUSED;
      }
      return body.contains("\"finish_reason\":\"") && body.endsWith("data: [DONE]\n\n")
          ? Outcome.WHOLE
          : Outcome.LOST;
    } catch (IOException e) {
      return begun ? Outcome.LOST : Outcome.REFUSED;
    }
  }
}
