package kz.qaqpa.admission.quota;

import static kz.qaqpa.admission.quota.LimitsBuilder.limits;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * The book against bookkeeping that forgets nothing: every reservation with its windows, summed up
 * anew for each question. The clock jumps over midnights, ends of months and a leap day, and back.
 */
class QuotaPropertyTest {
  private static final String[] BORDERS = {
    "2026-11-23T18:59:30Z", // midnight
    "2026-11-30T18:59:00Z", // end of a month
    "2026-12-31T18:58:30Z", // end of a year
    "2028-02-28T18:59:30Z", // into a leap day
    "2028-02-29T18:59:30Z", // out of it, and of its month
    "2024-02-29T17:59:30Z", // the hour that came twice
  };

  @Test
  void theBook_agreesWithFullBookkeeping() {
    Seeds.forRandom(TestSize.tries(400, 10_000), QuotaPropertyTest::check);
  }

  /** A reservation for ever. */
  private static final class Entry {
    final WindowCalendar.Moment made;
    final long reserved;
    final LocalPass pass;
    long used = -1;

    Entry(WindowCalendar.Moment made, long reserved, LocalPass pass) {
      this.made = made;
      this.reserved = reserved;
      this.pass = pass;
    }
  }

  private static void check(RandomGenerator random) {
    FakeClock clock = new FakeClock(BORDERS[random.nextInt(BORDERS.length)]);
    QuotaBook book = clock.book();
    Map<Counter, Long> most = new EnumMap<>(Counter.class);
    LimitsBuilder limited = limits();
    for (Counter counter : Counter.ALL) {
      if (!counter.characters() && random.nextInt(3) > 0) {
        long limit = random.nextLong(50, 500);
        most.put(counter, limit);
        limited.with(counter, limit);
      }
    }
    Subject subject = new Subject("agency", limits().build(), "app", limited.build());
    List<Entry> all = new ArrayList<>();
    List<Entry> open = new ArrayList<>();
    long latest = clock.millis();
    for (int i = 0; i < 150; i++) {
      clock.move(Duration.ofMillis(step(random)));
      latest = Math.max(latest, clock.millis());
      WindowCalendar.Moment now = WindowCalendar.at(latest);
      if (!open.isEmpty() && random.nextInt(3) == 0) {
        Entry entry = open.remove(random.nextInt(open.size()));
        entry.used = random.nextLong(entry.reserved + 1);
        entry.pass.closeNow(new Used(entry.used, 0));
      } else {
        LocalPass pass = (LocalPass) book.enter(subject);
        int prompt = random.nextInt(1, 40);
        int asked = random.nextInt(1, 100);
        long room = room(all, now, most) - prompt;
        Outcome outcome = pass.reserveNow(new Demand(prompt, 0, List.of(asked)));
        if (room < Math.min(asked, 16)) {
          assertThat(outcome).isInstanceOf(Shortage.class);
          pass.closeNow(Used.NOTHING);
        } else {
          int granted = ((Grant) outcome).outputTokens();
          assertThat((long) granted).isEqualTo(Math.min(asked, room));
          Entry entry = new Entry(now, prompt + granted, pass);
          all.add(entry);
          open.add(entry);
        }
      }
      compare(book, all, now);
    }
  }

  /** Mostly seconds, sometimes over a border, sometimes back. */
  private static long step(RandomGenerator random) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextLong(Duration.ofDays(20).toMillis());
      case 1 -> random.nextLong(Duration.ofDays(1).toMillis());
      case 2, 3 -> -random.nextLong(Duration.ofMinutes(5).toMillis());
      default -> random.nextLong(20_000);
    };
  }

  private static long sum(List<Entry> all, WindowCalendar.Moment now, Counter counter) {
    return all.stream()
        .filter(entry -> entry.made.number(counter.window()) == now.number(counter.window()))
        .mapToLong(entry -> entry.used < 0 ? entry.reserved : entry.used)
        .sum();
  }

  private static long room(List<Entry> all, WindowCalendar.Moment now, Map<Counter, Long> limits) {
    long room = Long.MAX_VALUE;
    for (Map.Entry<Counter, Long> limit : limits.entrySet()) {
      room = Math.min(room, limit.getValue() - sum(all, now, limit.getKey()));
    }
    return room;
  }

  private static void compare(QuotaBook book, List<Entry> all, WindowCalendar.Moment now) {
    Map<Counter, Long> inTheBook = new HashMap<>();
    book.readings("agency", "app")
        .forEach(one -> inTheBook.put(one.counter(), one.settled() + one.reserved()));
    for (Counter counter : Counter.ALL) {
      if (!counter.characters()) {
        assertThat(inTheBook).containsEntry(counter, sum(all, now, counter));
      }
    }
    assertThat(book.readings("agency", null))
        .allSatisfy(one ->
            assertThat(inTheBook).containsEntry(one.counter(), one.settled() + one.reserved()));
  }
}
