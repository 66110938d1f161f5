package kz.qaqpa.admission.quota.redis;

import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.admission.quota.Counter;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Entry;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.LimitsBuilder;
import kz.qaqpa.admission.quota.LocalPass;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.admission.quota.Shortage;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The script against the book: the same requests on the same clock, which jumps over midnights and
 * back, get the same answers to the last word, and leave the same counters.
 */
@Tag("redis")
class RedisDifferentialTest {
  private static final String[] BORDERS = {
    "2026-11-23T18:59:30Z", // midnight
    "2026-11-30T18:59:00Z", // end of a month
    "2026-12-31T18:58:30Z", // end of a year
    "2028-02-29T18:59:30Z", // out of a leap day
    "2024-02-29T17:59:30Z", // the hour that came twice
  };

  private static RedisServer server;
  private static int runs;

  @BeforeAll
  static void start() {
    server = RedisServer.start("--appendfsync", "no"); // Nothing is lost here on purpose.
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void oneStore_agreesWithTheBook_toTheWord() {
    Seeds.forRandom(TestSize.tries(30, 1_000), random -> check(random, 1));
  }

  @Test
  void threeStores_agreeWithTheOneBook() {
    Seeds.forRandom(TestSize.tries(30, 1_000), random -> check(random, 3));
  }

  @Test
  void whatRedisRefusesForStreams_takesNoRequestOfItsGateway() {
    Limits agency = limits().requests(4, 8).build();
    Subject narrow = new Subject("agency", agency, "narrow", limits().streams(1).build());
    Subject wide = new Subject("agency", agency, "wide", limits().build());
    compareRefusals(narrow, wide, 1, 20);
  }

  @Test
  void whatRedisRefusesForRequests_takesNoRequestOfItsGateway() {
    Limits agency = limits().requests(4, 8).build();
    Subject rare = new Subject("agency", agency, "rare", limits().requests(1, 2).build());
    Subject often = new Subject("agency", agency, "often", limits().build());
    compareRefusals(rare, often, 2, 20);
  }

  /**
   * One gateway fills what {@code first} may have; others let its further requests in and Redis
   * refuses them; then the agency still has for {@code second} what the book says, and no gateway
   * refuses what Redis has.
   */
  private static void compareRefusals(Subject first, Subject second, int most, int refusals) {
    FakeClock clock = new FakeClock(BORDERS[0]);
    QuotaBook book = clock.book();
    RedisTuning tuning = RedisTuning.of(server).prefix("d" + runs++ + ":");
    Demand demand = RedisStores.demand(5, 10);
    try (RedisQuotaStore full = RedisStores.open(tuning, clock);
        RedisQuotaStore other = RedisStores.open(tuning, clock)) {
      for (int i = 0; i < most; i++) {
        assertThat(RedisStores.reserve(RedisStores.enter(full, first), demand))
            .isEqualTo(((LocalPass) book.enter(first)).reserveNow(demand));
      }
      for (int i = 0; i < refusals; i++) {
        assertThat(RedisStores.shortage(RedisStores.enter(other, first), 5, 10))
            .isEqualTo(book.enter(first));
      }
      for (int i = most; i < 8; i++) {
        assertThat(RedisStores.reserve(RedisStores.enter(other, second), demand))
            .isEqualTo(((LocalPass) book.enter(second)).reserveNow(demand));
      }
      assertThat(RedisStores.shortage(RedisStores.enter(other, second), 5, 10))
          .isEqualTo(book.enter(second));
    }
  }

  /** A request in both worlds. */
  private record Both(LocalPass inBook, Pass inRedis, Subject subject, long most) {}

  private static void check(RandomGenerator random, int stores) {
    FakeClock clock = new FakeClock(BORDERS[random.nextInt(BORDERS.length)]);
    QuotaBook book = clock.book();
    RedisTuning tuning = RedisTuning.of(server).prefix("d" + runs++ + ":");
    List<RedisQuotaStore> all = new ArrayList<>();
    try {
      for (int i = 0; i < stores; i++) {
        all.add(RedisStores.open(tuning, clock));
      }
      new Run(random, clock, book, all).go();
    } finally {
      all.forEach(RedisQuotaStore::close);
    }
  }

  private static final class Run {
    private final RandomGenerator random;
    private final FakeClock clock;
    private final QuotaBook book;
    private final List<RedisQuotaStore> stores;
    private final boolean alone;
    private final List<Subject> subjects = new ArrayList<>();
    private final List<Both> open = new ArrayList<>();

    Run(RandomGenerator random, FakeClock clock, QuotaBook book, List<RedisQuotaStore> stores) {
      this.random = random;
      this.clock = clock;
      this.book = book;
      this.stores = stores;
      this.alone = stores.size() == 1;
      // Several stores: a refusal by a window takes no request in Redis, and one in the book.
      boolean requests = alone || random.nextBoolean();
      boolean windows = alone || !requests;
      Limits agency = limitsOf(windows, requests);
      subjects.add(new Subject("agency", agency, "one", limitsOf(windows, requests)));
      subjects.add(new Subject("agency", agency, "two", limitsOf(windows, requests)));
    }

    private Limits limitsOf(boolean windows, boolean requests) {
      LimitsBuilder limits = limits();
      for (Counter counter : Counter.values()) {
        if (windows && random.nextInt(3) > 0) {
          limits.with(counter, random.nextLong(50, counter.characters() ? 3_000 : 500));
        }
      }
      if (requests && random.nextBoolean()) {
        int inASecond = random.nextInt(1, 8);
        limits.requests(inASecond, random.nextInt(inASecond, 20));
      }
      if (random.nextBoolean()) {
        limits.streams(random.nextInt(1, 8));
      }
      if (random.nextBoolean()) {
        limits.minGrant(random.nextInt(1, 40));
      }
      return limits.build();
    }

    void go() {
      begin(subjects.getFirst()); // From now on both know what time it has been.
      for (int i = 0; i < 80; i++) {
        clock.move(Duration.ofMillis(step()));
        // Leases that the step has ended are held again, as if it had never been.
        stores.forEach(store -> store.leases().renew().block(Duration.ofSeconds(20)));
        if (!open.isEmpty() && random.nextInt(3) == 0) {
          end(open.remove(random.nextInt(open.size())));
        } else {
          begin(subjects.get(random.nextInt(subjects.size())));
        }
        compare();
      }
      open.forEach(this::end);
      compare();
    }

    private long step() {
      return switch (random.nextInt(12)) {
        case 0 -> random.nextLong(Duration.ofDays(20).toMillis());
        case 1 -> random.nextLong(Duration.ofDays(1).toMillis());
        case 2 -> alone ? -random.nextLong(Duration.ofMinutes(5).toMillis()) : 0;
        default -> random.nextLong(20_000);
      };
    }

    private void begin(Subject subject) {
      Entry inBook = book.enter(subject);
      Entry inRedis = stores.get(random.nextInt(stores.size())).enter(subject);
      Demand demand =
          new Demand(
              random.nextInt(1, 40),
              random.nextInt(200),
              random.ints(random.nextInt(1, 5), 1, 100).boxed().toList());
      if (inBook instanceof LocalPass local && inRedis instanceof Pass remote) {
        if (alone && !open.isEmpty() && random.nextInt(10) == 0) { // Leaves before it reserves.
          open.add(new Both(local, remote, subject, 0));
          return;
        }
        Outcome expected = local.reserveNow(demand);
        same(RedisStores.reserve(remote, demand), expected);
        keep(local, remote, subject, expected, demand);
      } else if (inRedis instanceof Pass remote) { // Only all stores together refuse it.
        assertThat(alone).isFalse();
        same(RedisStores.reserve(remote, demand), (Shortage) inBook);
        close(remote, Used.NOTHING);
      } else {
        same(inRedis, inBook);
      }
    }

    private void keep(
        LocalPass local, Pass remote, Subject subject, Outcome outcome, Demand demand) {
      if (outcome instanceof Shortage) {
        local.closeNow(Used.NOTHING);
        close(remote, Used.NOTHING);
      } else {
        open.add(
            new Both(local, remote, subject, demand.promptTokens() + demand.output(1_000_000)));
      }
    }

    private void same(Object actual, Object expected) {
      if (!alone && expected instanceof Shortage shortage && actual instanceof Shortage found) {
        assertThat(found.kind()).isEqualTo(shortage.kind());
        assertThat(found.setting()).isEqualTo(shortage.setting());
      } else {
        assertThat(actual).isEqualTo(expected);
      }
    }

    private void end(Both both) {
      Used used = new Used(random.nextLong(both.most() + 50), random.nextLong(3_000));
      both.inBook().closeNow(used);
      close(both.inRedis(), used);
    }

    private static void close(Pass pass, Used used) {
      pass.close(used).block(Duration.ofSeconds(20));
    }

    private void compare() {
      for (Subject subject : subjects) {
        assertThat(counts(RedisStores.readings(stores.getFirst(), subject, false)))
            .isEqualTo(counts(book.readings("agency", subject.application())));
      }
      assertThat(counts(RedisStores.readings(stores.getFirst(), subjects.getFirst(), true)))
          .isEqualTo(counts(book.readings("agency", null)));
    }

    /** Without the limits, which each store has from whoever asked it last. */
    private static List<List<Long>> counts(List<QuotaStore.Reading> readings) {
      return readings.stream()
          .map(reading -> List.of(reading.settled(), reading.reserved()))
          .toList();
    }
  }
}
