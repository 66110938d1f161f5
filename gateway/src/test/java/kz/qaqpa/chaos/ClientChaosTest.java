package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import kz.qaqpa.chaos.stage.Books;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Stage;
import kz.qaqpa.chaos.stage.Waiting;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients do to a loaded gateway; others get their answers meanwhile. */
@ExtendWith(Stage.Shared.class)
@Tag("postgres")
@Tag("redis")
@Tag("userns")
@Timeout(1200)
class ClientChaosTest {
  private static final int LEAVING = 1_000;
  private static final int SLOW = 4;

  /** Tokens of an answer that nobody gets the end of. */
  private static final int LONG = 1_900;

  private static final int DRIBBLING = 100;
  private static final String WAITING = "vllm:num_requests_waiting";
  private static final String DISCONNECTS = "qaqpa_disconnects_total";

  @Test
  void thousandLeaveInASecond_andTakeNothingWithThem(Stage stage) throws Exception {
    Seeds.forRandom(
        1,
        random ->
            Recoveries.of(
                "1,000 clients leave within a second; the last one left -> nothing of them waits",
                () -> leave(stage, random)));
  }

  private static long leave(Stage stage, RandomGenerator random) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try (Crowd crowd = stage.crowdAfterCalm();
        Crowd leaving = Crowd.start(stage.gateway().api(), 0, LONG)) {
      final double before = Waiting.metric(stage.gateway().metrics(), DISCONNECTS);
      for (int i = 0; i < LEAVING; i++) {
        RawClient client = new RawClient(stage.gateway().address());
        client.send(leaving.raw(leaving.next(), ""));
        clients.add(client);
      }
      Waiting.until(
          () -> stage.gateway().metrics(), m -> Waiting.metric(m, WAITING) > LEAVING * 0.8);
      long first = System.nanoTime();
      while (!clients.isEmpty()) {
        clients.remove(random.nextInt(clients.size())).close();
      }
      long last = System.nanoTime();
      assertThat(last - first).isLessThan(TimeUnit.SECONDS.toNanos(10)); // If quiet, in one.
      Waiting.until(
          () -> stage.gateway().metrics(), m -> Waiting.metric(m, WAITING) <= Stage.CLIENTS);
      final long gone = System.nanoTime();
      crowd.awaitWhole(gone);
      stage.requireUnharmed(crowd);
      assertThat(Waiting.metric(stage.gateway().metrics(), DISCONNECTS) - before)
          .isBetween(LEAVING * 0.8, (double) LEAVING);
      Books those = stage.books(leaving, List.of());
      assertThat(those.told()).isEqualTo(LEAVING);
      those.requireExact();
      return gone - last;
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void slowReaders_loseTheirAnswers_andNobodyElseDoes(Stage stage) throws Exception {
    Recoveries.of(
        SLOW + " clients do not read; the last one begins -> nothing of them runs",
        () -> doNotRead(stage));
  }

  private static long doNotRead(Stage stage) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try (Crowd crowd = stage.crowdAfterCalm();
        Crowd slow = Crowd.start(stage.gateway().api(), 0, LONG)) {
      for (int i = 0; i < SLOW; i++) {
        RawClient client = new RawClient(stage.gateway().address(), 2048);
        client.send(slow.raw(slow.next(), "\"top_logprobs\":20")); // Kilobytes for each token.
        clients.add(client);
      }
      final long begun = System.nanoTime();
      Waiting.until(() -> stage.books(slow, List.of()), books -> books.written() == SLOW);
      final long over = System.nanoTime();
      crowd.awaitWhole(over);
      for (RawClient client : clients) {
        String read = client.readAllOrReset();
        assertThat(read)
            .as("the beginning of an answer, or nothing")
            .matches("(?s)(HTTP/1.1 200.*)?");
        assertThat(read).doesNotContain("[DONE]");
      }
      stage.requireUnharmed(crowd);
      stage.books(slow, List.of()).requireExact();
      return over - begun;
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  @Test
  void slowSenders_areToldOrClosed_andNobodyElseNotices(Stage stage) throws Exception {
    Recoveries.of(
        DRIBBLING + " clients dribble; the last one begins -> the last one is closed",
        () -> dribble(stage));
  }

  private static long dribble(Stage stage) throws Exception {
    try (Crowd crowd = stage.crowdAfterCalm();
        Crowd slow = Crowd.start(stage.gateway().api(), 0, Stage.TOKENS);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> ends = new ArrayList<>();
      for (int i = 0; i < DRIBBLING; i++) {
        String request = slow.raw(slow.next(), "");
        int head = request.indexOf("\r\n\r\n") + 4;
        boolean inBody = i % 2 == 0;
        ends.add(
            threads.submit(() -> dribble(stage.gateway().address(), request, inBody ? head : 20)));
      }
      final long begun = System.nanoTime();
      for (Future<String> end : ends) {
        assertThat(end.get(60, TimeUnit.SECONDS)).matches("(?s)(HTTP/1.1 408.*)?");
      }
      final long over = System.nanoTime();
      crowd.awaitWhole(over);
      stage.requireUnharmed(crowd);
      assertThat(stage.books(slow, List.of()).written()).isZero();
      return over - begun;
    }
  }

  /** Sends the first part at once and then a byte now and then, until it is closed. */
  private static String dribble(InetSocketAddress server, String request, int atOnce)
      throws IOException, InterruptedException {
    byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
    try (RawClient client = new RawClient(server)) {
      client.send(request.substring(0, atOnce));
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = atOnce; i < bytes.length - 1; i++) {
                    client.send(new byte[] {bytes[i]});
                    Thread.sleep(Duration.ofMillis(100)); // What makes it slow.
                  }
                } catch (IOException | InterruptedException _) {
                  // It is closed.
                }
              });
      String read = client.readAllOrReset();
      sender.interrupt();
      sender.join();
      return read;
    }
  }
}
