package kz.qaqpa.admission.quota;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;
import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

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
import kz.qaqpa.admission.quota.QuotaStore.Reading;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * Thousands of requests at once against small limits. What is asserted inside the accounts after
 * every reservation is looked at from outside as well, while the clock goes over borders and back.
 */
class QuotaConcurrencyTest {
  private static final int REQUESTS = 20;

  @Test
  void neverMoreThanTheLimit_inAnyWindow_atAnyMoment() {
    Seeds.forRandom(TestSize.tries(3, 40), random -> storm(random, true));
  }

  @Test
  void whereDemandIsThere_theLimitIsUsedToTheLastShortestAnswer() {
    Seeds.forRandom(TestSize.tries(3, 40), random -> storm(random, false));
  }

  private static void storm(RandomGenerator random, boolean clockMoves) throws Exception {
    FakeClock clock = new FakeClock("2026-11-30T18:58:30Z");
    QuotaBook book = clock.book();
    List<Subject> subjects = subjects(random);
    int clients = TestSize.tries(2_000, 5_000);
    AtomicBoolean over = new AtomicBoolean();
    AtomicLong grants = new AtomicLong();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        RandomGenerator own = new SplittableRandom(random.nextLong());
        Subject subject = subjects.get(i % subjects.size());
        running.add(threads.submit(() -> client(book, subject, own, grants)));
      }
      RandomGenerator steps = new SplittableRandom(random.nextLong());
      Future<?> observer =
          threads.submit(() -> {
            while (!over.get()) {
              subjects.forEach(subject -> look(book, subject));
              if (clockMoves) {
                clock.move(Duration.ofMillis(steps.nextLong(-3_000, 5_000)));
              }
              LockSupport.parkNanos(1_000);
            }
          });
      for (Future<?> one : running) {
        one.get();
      }
      over.set(true);
      observer.get();
    }
    assertThat(grants).hasPositiveValue();
    assertThat(book.totals().reserved()).isEqualTo(Used.NOTHING);
    subjects.forEach(subject -> {
      look(book, subject);
      assertThat(book.readings(subject.agency(), subject.application()))
          .allSatisfy(reading -> assertThat(reading.reserved()).isZero());
      useUp(book, subject);
    });
  }

  private static List<Subject> subjects(RandomGenerator random) {
    List<Subject> subjects = new ArrayList<>();
    for (int agency = 0; agency < 3; agency++) {
      Limits ofAgency =
          limits()
              .with(TOKENS_PER_MINUTE, random.nextInt(200, 2_000))
              .with(TOKENS_PER_DAY, random.nextInt(500, 20_000))
              .with(TOKENS_PER_MONTH, random.nextInt(500, 30_000))
              .build();
      for (int application = 0; application < 3; application++) {
        LimitsBuilder own = limits().with(TOKENS_PER_MINUTE, random.nextInt(200, 1_000));
        if (random.nextBoolean()) {
          own.with(CHARACTERS_PER_MINUTE, random.nextInt(500, 5_000));
        }
        subjects.add(new Subject("agency" + agency, ofAgency, "app" + application, own.build()));
      }
    }
    return subjects;
  }

  private static void client(
      QuotaBook book, Subject subject, RandomGenerator random, AtomicLong grants) {
    for (int i = 0; i < REQUESTS; i++) {
      if (!(book.enter(subject) instanceof LocalPass pass)) {
        throw new AssertionError("no stream");
      }
      int prompt = random.nextInt(1, 60);
      int answers = random.nextInt(1, 4);
      Demand demand =
          new Demand(prompt, random.nextInt(200), random.ints(answers, 1, 200).boxed().toList());
      if (random.nextInt(10) > 0 && pass.reserveNow(demand) instanceof Grant grant) {
        grants.incrementAndGet();
        assertThat(grant.outputTokens()).isBetween(1, demand.longest());
        if (random.nextBoolean()) {
          LockSupport.parkNanos(1_000);
        }
        long most = prompt + demand.output(grant.outputTokens());
        pass.closeNow(new Used(random.nextLong(most + 1), random.nextLong(1_000)));
      }
      pass.closeNow(Used.NOTHING); // Left before it reserved, refused, or closed a second time.
    }
  }

  private static void look(QuotaBook book, Subject subject) {
    within(book.readings(subject.agency(), null));
    within(book.readings(subject.agency(), subject.application()));
  }

  private static void within(List<Reading> readings) {
    for (Reading reading : readings) {
      assertThat(reading.settled()).isNotNegative();
      assertThat(reading.reserved()).isNotNegative();
      assertThat(reading.settled() + reading.reserved())
          .as(reading.counter().toString())
          .isLessThanOrEqualTo(reading.limit());
    }
  }

  /** As long as an answer of 16 fits into every window, it is given. */
  private static void useUp(QuotaBook book, Subject subject) {
    int prompt = 5;
    int floor = prompt + Limits.USUAL_GRANT;
    for (boolean refused = false; !refused; ) {
      long left = Long.MAX_VALUE;
      for (Reading reading : all(book, subject)) {
        long needed =
            reading.counter().characters()
                ? (long) Limits.USUAL_GRANT * AgencyBook.CHARACTERS_PER_TOKEN
                : floor;
        left = Math.min(left, reading.limit() - reading.settled() - needed);
      }
      LocalPass pass = (LocalPass) book.enter(subject);
      Outcome outcome = pass.reserveNow(new Demand(prompt, 0, List.of(100)));
      assertThat(outcome).isInstanceOf(left >= 0 ? Grant.class : Shortage.class);
      refused = outcome instanceof Shortage;
      pass.closeNow(
          outcome instanceof Grant grant
              ? new Used(prompt + grant.outputTokens(), grant.outputTokens())
              : Used.NOTHING);
    }
  }

  private static List<Reading> all(QuotaBook book, Subject subject) {
    List<Reading> all = new ArrayList<>(book.readings(subject.agency(), null));
    all.addAll(book.readings(subject.agency(), subject.application()));
    return all;
  }
}
