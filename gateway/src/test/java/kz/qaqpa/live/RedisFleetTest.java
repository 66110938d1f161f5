package kz.qaqpa.live;

import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.redis.RedisObserver;
import kz.qaqpa.admission.quota.redis.RedisObserver.Account;
import kz.qaqpa.admission.quota.redis.RedisServer;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three gateways, each a process with the shipped model, and one Redis: many clients ask any of
 * them, stream, and leave. One gateway is killed in the middle of its answers, Redis is killed and
 * started again. No window may ever hold more than its limit, and all of it can be used.
 */
@Tag("redis")
class RedisFleetTest {
  private static final Pattern TOTAL = Pattern.compile("\"total_tokens\":(\\d+)");
  private static final Pattern PROMPT = Pattern.compile("\"prompt_tokens\":(\\d+)");
  private static final String PREFIX = "fleet:";
  private static final String APPLICATION = PREFIX + "{sandbox}:account:development";
  private static final long DAY = 9_000;
  private static final long MONTH = 10_000;
  private static final int STREAMS = 40;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir Path folder;

  @Test
  void limits_holdForAllTogether_whoeverDies() {
    Seeds.forRandom(TestSize.tries(1, 5), random -> new Fleet(random).run());
  }

  /** One run. */
  private final class Fleet {
    private final RandomGenerator random;
    private final List<ServeProcess> gateways = new ArrayList<>();
    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong refusals = new AtomicLong();
    private final AtomicLong told = new AtomicLong();
    private final AtomicLong looks = new AtomicLong();
    private volatile int alive = 3;

    Fleet(RandomGenerator random) {
      this.random = random;
    }

    void run() throws Exception {
      try (RedisServer redis = RedisServer.start();
          RedisObserver observer = new RedisObserver(redis);
          ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        start(redis, threads);
        Future<?> looking = threads.submit(() -> observe(observer));
        try {
          storm(redis, threads);
          awaitQuiet(observer);
        } finally {
          over.set(true);
        }
        looking.get();
        compare(observer);
        useUp(observer);
      } finally {
        gateways.forEach(ServeProcess::close);
        http.close();
      }
    }

    private void start(RedisServer redis, ExecutorService threads) throws Exception {
      String limits =
          "limits: {concurrentStreams: "
              + STREAMS
              + ", tokensPerDay: "
              + DAY
              + ", tokensPerMonth: "
              + MONTH
              + "}";
      Map<String, String> environment =
          Map.of(
              "QAQPA_QUOTA_STORE", "redis",
              "QAQPA_QUOTA_REDIS_URL", redis.url(),
              "QAQPA_QUOTA_PREFIX", PREFIX,
              "QAQPA_QUOTA_REPLICAS", "3",
              "QAQPA_QUOTA_REDIS_TIMEOUT", "3s",
              "QAQPA_QUOTA_LEASE", "4s");
      List<Future<ServeProcess>> starting = new ArrayList<>();
      for (int i = 0; i < alive; i++) {
        Path own = Files.createDirectories(folder.resolve("gateway" + random.nextLong() + i));
        List<String> agencies =
            LiveSettings.agencies("0".repeat(64)).stream()
                .map(line -> line.replace("limits: {concurrentStreams: 256}", limits))
                .toList();
        assertThat(String.join("\n", agencies)).contains(limits);
        Files.write(own.resolve("agencies.yaml"), agencies);
        starting.add(threads.submit(() -> ServeProcess.start(Plan.in(own).with(environment))));
      }
      for (Future<ServeProcess> one : starting) {
        gateways.add(one.get());
      }
    }

    private void storm(RedisServer redis, ExecutorService threads) throws Exception {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < TestSize.tries(120, 300); i++) {
        RandomGenerator own = new SplittableRandom(random.nextLong());
        clients.add(threads.submit(() -> client(own)));
      }
      await(() -> answers.get() >= 10);
      ServeProcess victim = gateways.getLast();
      alive = 2;
      victim.kill();
      long before = answers.get();
      await(() -> answers.get() >= before + 10 || clients.stream().allMatch(Future::isDone));
      redis.kill();
      LockSupport.parkNanos(random.nextLong(1_000_000_000));
      redis.restart();
      for (Future<?> one : clients) {
        one.get();
      }
    }

    private Void client(RandomGenerator random) throws Exception {
      for (int i = 0; i < TestSize.tries(2, 6); i++) {
        int gateway = random.nextInt(alive);
        boolean stream = random.nextBoolean();
        String body =
            TestGateway.chat(
                "Сәлем! ".repeat(random.nextInt(1, 8)),
                "\"max_tokens\":"
                    + random.nextInt(1, 60)
                    + (random.nextInt(6) == 0 ? ",\"n\":2" : "")
                    + (stream
                        ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"
                        : ""));
        try {
          if (random.nextInt(4) == 0) {
            leave(gateway, body, random.nextBoolean());
          } else {
            note(post(gateway, body));
          }
        } catch (IOException _) {
          // Its gateway was the one that died, or the client left.
        }
      }
      return null;
    }

    private void leave(int gateway, String body, boolean later) throws IOException {
      try (RawClient client = new RawClient(gateways.get(gateway).address())) {
        client.chat(body);
        if (later) {
          client.readUntil("HTTP/1.1");
        }
      }
    }

    private HttpResponse<String> post(int gateway, String body)
        throws IOException, InterruptedException {
      return http.send(
          HttpRequest.newBuilder(
                  URI.create(
                      "http://127.0.0.1:"
                          + gateways.get(gateway).address().getPort()
                          + "/v1/chat/completions"))
              .timeout(PATIENCE)
              .header("Authorization", "Bearer " + TestGateway.KEY)
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }

    private void note(HttpResponse<String> response) {
      Matcher total = TOTAL.matcher(response.body());
      if (total.find()) {
        answers.incrementAndGet();
        told.addAndGet(Long.parseLong(total.group(1)));
      } else {
        assertThat(response.statusCode()).as(response.body()).isIn(200, 403, 429, 503);
        refusals.incrementAndGet();
      }
    }

    private Void observe(RedisObserver observer) {
      while (!over.get()) {
        observer
            .accounts(PREFIX)
            .ifPresent(accounts -> {
              looks.incrementAndGet();
              accounts.forEach(RedisFleetTest::within);
            });
        LockSupport.parkNanos(2_000_000);
      }
      return null;
    }

    /** What the dead one held is noticed when somebody asks after its lease. */
    private void awaitQuiet(RedisObserver observer) throws Exception {
      await(() -> {
        try {
          note(post(0, TestGateway.chat("a", "\"max_tokens\":1")));
        } catch (IOException e) {
          throw new AssertionError(e);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return observer.accounts(PREFIX).orElse(Map.of()).values().stream()
            .allMatch(Account::isQuiet);
      });
    }

    private void compare(RedisObserver observer) {
      assertThat(answers).hasPositiveValue();
      assertThat(looks).hasPositiveValue();
      Account account = account(observer);
      assertThat(account.taken(TOKENS_PER_DAY))
          .isEqualTo(account.taken(TOKENS_PER_MONTH))
          .isGreaterThanOrEqualTo(told.get());
      assertThat(observer.redis().zcard(PREFIX + "{sandbox}:leases")).isZero();
    }

    /** With demand, nothing of the day stays unused but what is too little for an answer. */
    private void useUp(RedisObserver observer) throws Exception {
      HttpResponse<String> response;
      long prompt = 0;
      int turn = 0;
      do {
        response = post(turn++ % alive, TestGateway.chat("a", "\"max_tokens\":400,\"n\":2"));
        Matcher matcher = PROMPT.matcher(response.body());
        prompt = matcher.find() ? Long.parseLong(matcher.group(1)) : prompt;
        within(APPLICATION, account(observer));
      } while (response.statusCode() == 200);
      assertThat(response.statusCode()).isEqualTo(429);
      assertThat(response.body()).contains("insufficient_quota", "tokensPerDay of application");
      assertThat(DAY - account(observer).taken(TOKENS_PER_DAY))
          .isBetween(0L, prompt + 2L * Limits.USUAL_GRANT - 1);
    }
  }

  private static Account account(RedisObserver observer) {
    return Objects.requireNonNull(
        observer.accounts(PREFIX).orElseThrow().get(APPLICATION), APPLICATION);
  }

  private static void within(String key, Account account) {
    for (int i : IntStream.range(0, Counter.values().length).toArray()) {
      assertThat(account.settled()[i]).isNotNegative();
      assertThat(account.reserved()[i]).isNotNegative();
    }
    assertThat(account.taken(TOKENS_PER_DAY)).as(key).isLessThanOrEqualTo(DAY);
    assertThat(account.taken(TOKENS_PER_MONTH)).as(key).isLessThanOrEqualTo(MONTH);
    // A gateway that hung for longer than its lease takes its streams up again: they may be more.
    assertThat(account.streams()).as(key).isNotNegative();
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
