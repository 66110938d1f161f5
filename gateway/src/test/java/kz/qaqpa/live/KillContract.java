package kz.qaqpa.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.ledger.LedgerSettings;
import kz.qaqpa.ledger.Ledgers;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.label.LabelFilter;
import kz.qaqpa.ledger.label.RegisteredLabel;
import kz.qaqpa.ledger.report.UsageFilter;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/**
 * A loaded gateway that is killed (SIGKILL) again and again, at random moments and right after a
 * last event: every answer whose last event a client received is in the ledger, exactly once, and
 * its label with it.
 */
abstract class KillContract {
  private static final int CLIENTS = 8;
  private static final Pattern ID = Pattern.compile("\"id\":\"(chatcmpl-[0-9a-f]+)\"");

  @TempDir private Path folder;

  /** Section {@code ledger} of {@code qaqpa.yaml}, beside the folder; possibly empty. */
  abstract List<String> settings() throws IOException;

  /** The same, for the test. */
  abstract LedgerSettings ledger(Path state) throws IOException;

  @Test
  void whoeverSawTheEnd_isInTheLedgerOnce() {
    Seeds.forRandom(1, this::killed);
  }

  private void killed(RandomGenerator random) throws Exception {
    Files.write(folder.resolve("agencies.yaml"), LiveSettings.agencies("0".repeat(64)));
    Files.write(folder.resolve("qaqpa.yaml"), settings());
    Set<String> seen = ConcurrentHashMap.newKeySet();
    int rounds = TestSize.tries(2, 5, 20);
    for (int round = 0; round < rounds; round++) {
      int before = seen.size();
      loadAndKill(random, seen, round % 2 == 0);
      Written written = settled();
      List<String> ids = written.records().stream().map(UsageRecord::id).toList();
      assertThat(new HashSet<>(ids)).as("no record twice").hasSameSizeAs(ids);
      assertThat(ids).as("round %d", round).containsAll(seen);
      assertThat(written.labels())
          .as("labels of round %d", round)
          .containsExactlyInAnyOrderElementsOf(written.labelsOfRecords().toList());
      assertThat(written.records())
          .filteredOn(record -> seen.contains(record.id()))
          .extracting(UsageRecord::labelId)
          .doesNotContainNull();
      assertThat(seen).as("round %d did something", round).hasSizeGreaterThan(before);
    }
  }

  private void loadAndKill(RandomGenerator random, Set<String> seen, boolean rightAfterAnEnd)
      throws Exception {
    ServeProcess gateway = ServeProcess.start(Plan.in(folder));
    URI uri =
        URI.create("http://127.0.0.1:" + gateway.address().getPort() + "/v1/chat/completions");
    CountDownLatch ends = new CountDownLatch(random.nextInt(3, 40));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < CLIENTS; i++) {
        threads.submit(() -> client(client, uri, seen, ends));
      }
      assertThat(ends.await(60, TimeUnit.SECONDS)).isTrue();
      if (!rightAfterAnEnd) {
        LockSupport.parkNanos(random.nextLong(200_000_000));
      }
      gateway.kill();
    }
  }

  /** Asks until the gateway is gone. */
  private static void client(HttpClient client, URI uri, Set<String> seen, CountDownLatch ends) {
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + ServeProcess.KEY)
            .timeout(Duration.ofSeconds(60))
            .POST(
                BodyPublishers.ofString(
                    TestGateway.chat("Сәлем", "\"stream\":true,\"max_tokens\":6")))
            .build();
    while (true) {
      try {
        HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
        List<String> ids = new ArrayList<>(1);
        response
            .body()
            .forEach(line -> {
              Matcher id = ID.matcher(line);
              if (ids.isEmpty() && id.find()) {
                ids.add(id.group(1));
              }
              if (line.equals("data: [DONE]")) {
                seen.add(ids.getFirst());
                ends.countDown();
              }
            });
      } catch (IOException | RuntimeException e) {
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /**
   * What is in the database.
   *
   * @param labels ids of them
   */
  private record Written(List<UsageRecord> records, List<String> labels) {
    Stream<String> labelsOfRecords() {
      return records.stream().map(UsageRecord::labelId).filter(Objects::nonNull);
    }

    boolean isComplete() {
      return Set.copyOf(labels).equals(labelsOfRecords().collect(Collectors.toSet()));
    }
  }

  /** The server may still commit what the killed process sent last: read until nothing changes. */
  private Written settled() throws IOException {
    Written written = written();
    if (!written.isComplete()) {
      for (Written again = written(); !again.equals(written); again = written()) {
        written = again;
      }
    }
    return written;
  }

  private Written written() throws IOException {
    try (Ledgers ledgers = LedgerTuning.open(ledger(folder.resolve("state")))) {
      Instant from = Instant.now().minus(Duration.ofDays(1));
      Instant to = Instant.now().plus(Duration.ofDays(1));
      return new Written(
          all(ledgers.reader().records(new UsageFilter(null, null, from, to))),
          all(
              ledgers
                  .labels()
                  .search(new LabelFilter(from, to, null, null, null, null, null, Long.MAX_VALUE))
                  .map(RegisteredLabel::id)));
    }
  }

  private static <T> List<T> all(Flux<T> rows) {
    return Objects.requireNonNull(rows.collectList().block(Duration.ofSeconds(60)));
  }
}
