package kz.qaqpa;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * Hundreds of clients on sockets against tiny limits: they stream, leave at any point, ask for the
 * impossible, and the engine fails under them. No window may ever hold more than its limit.
 */
class QuotaStormTest {
  private static final int CLIENTS = 300;
  private static final Pattern TOTAL = Pattern.compile("\"total_tokens\":(\\d+)");

  @Test
  void noWindowIsEverOverItsLimit_andNothingIsLeft() {
    Seeds.forRandom(TestSize.tries(1, 10), QuotaStormTest::storm);
  }

  private static void storm(RandomGenerator random) throws Exception {
    FakeClock clock = new FakeClock("2026-11-30T18:58:30Z");
    QuotaBook book = clock.book();
    Limits agency = limits().with(TOKENS_PER_MINUTE, 900).with(TOKENS_PER_DAY, 9_000).build();
    Limits application =
        limits().with(TOKENS_PER_MINUTE, 700).with(CHARACTERS_PER_MINUTE, 4_000).build();
    try (TestGateway gateway =
            TestGateway.limited(Script.repeating("қазақ "), agency, application, book);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      fail(gateway, new SplittableRandom(random.nextLong()));
      Told told = new Told();
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        RandomGenerator own = new SplittableRandom(random.nextLong());
        clients.add(threads.submit(() -> client(gateway, own, told)));
      }
      AtomicBoolean over = new AtomicBoolean();
      RandomGenerator steps = new SplittableRandom(random.nextLong());
      Future<?> observer = threads.submit(() -> observe(book, clock, steps, over));
      for (Future<?> one : clients) {
        one.get();
      }
      over.set(true);
      observer.get();
      gateway.awaitNothingLeft();
      within(book);
      // Who left at once may be let in only now.
      TestGateway.await(() -> book.totals().reserved().equals(Used.NOTHING));
      assertThat(told.answers).hasPositiveValue();
      assertThat(told.refused).hasPositiveValue();
      assertThat(book.totals().settled().tokens()).isGreaterThanOrEqualTo(told.tokens.get());
      gateway.engine().beforeStep(_ -> {});
      useUp(gateway, book, clock);
    }
  }

  /** What clients were told. */
  private static final class Told {
    final AtomicLong answers = new AtomicLong();
    final AtomicLong refused = new AtomicLong();
    final AtomicLong tokens = new AtomicLong();
  }

  /** One step in a hundred fails. */
  private static void fail(TestGateway gateway, RandomGenerator random) {
    gateway
        .engine()
        .beforeStep(_ -> {
          if (random.nextInt(100) == 0) {
            throw new EngineFault.Transient("drawn by lot", new IllegalStateException("a test"));
          }
        });
  }

  private static Void client(TestGateway gateway, RandomGenerator random, Told told)
      throws Exception {
    for (int i = 0; i < 4; i++) {
      boolean stream = random.nextBoolean();
      String content = "а".repeat(random.nextInt(1, random.nextInt(20) == 0 ? 900 : 40));
      String body =
          TestGateway.chat(
              content,
              "\"max_tokens\":"
                  + random.nextInt(1, 120)
                  + (random.nextInt(5) == 0 ? ",\"n\":3" : "")
                  + (random.nextInt(5) == 0 ? ",\"stop\":[\"зақ қ\"]" : "")
                  + (stream ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : ""));
      if (random.nextBoolean()) {
        note(gateway.post(body), told);
      } else {
        leave(gateway, body, random.nextBoolean());
      }
    }
    return null;
  }

  /** Asks, and goes: at once, or when the answer begins. */
  private static void leave(TestGateway gateway, String body, boolean later) throws IOException {
    try (RawClient client = new RawClient(gateway.address())) {
      client.chat(body);
      if (later) {
        client.readUntil("HTTP/1.1");
      }
    }
  }

  private static void note(HttpResponse<String> response, Told told) {
    Matcher total = TOTAL.matcher(response.body());
    if (total.find()) {
      told.answers.incrementAndGet();
      told.tokens.addAndGet(Long.parseLong(total.group(1)));
    } else if (response.statusCode() == 429 || response.statusCode() == 403) {
      told.refused.incrementAndGet();
    }
  }

  private static void observe(
      QuotaBook book, FakeClock clock, RandomGenerator random, AtomicBoolean over) {
    while (!over.get()) {
      within(book);
      clock.move(Duration.ofMillis(random.nextLong(-20, 60)));
      LockSupport.parkNanos(1_000);
    }
  }

  private static void within(QuotaBook book) {
    for (String application : new String[] {"", "development"}) {
      assertThat(book.readings("sandbox", application.isEmpty() ? null : application))
          .allSatisfy(reading ->
              assertThat(reading.settled() + reading.reserved()).isBetween(0L, reading.limit()));
    }
  }

  /** With demand, nothing stays unused but what is too little for the shortest answer. */
  private static void useUp(TestGateway gateway, QuotaBook book, FakeClock clock) throws Exception {
    clock.set("2027-01-05T00:00:00Z");
    String body = TestGateway.chat("a", "\"max_tokens\":50");
    while (gateway.post(body).statusCode() == 200) {
      gateway.awaitNothingLeft();
    }
    assertThat(book.readings("sandbox", "development"))
        .filteredOn(reading -> reading.counter() == TOKENS_PER_MINUTE)
        .singleElement()
        .satisfies(reading ->
            assertThat(reading.limit() - reading.settled())
                .isBetween(0L, 2L + Limits.USUAL_GRANT - 1));
  }
}
