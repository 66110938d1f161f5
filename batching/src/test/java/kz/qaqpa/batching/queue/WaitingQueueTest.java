package kz.qaqpa.batching.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.FairnessSettings.AgencyWeight;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is next, without slots and steps. Requests are numbers. */
class WaitingQueueTest {
  private static final FairnessSettings SETTINGS =
      FairnessSettings.defaults().withLocalityQuantum(0);
  private static final int INTERACTIVE = 1;

  private static WaitingQueue<Integer> queue(SchedulingPolicy policy) {
    return new WaitingQueue<>(policy, SETTINGS, 1_000);
  }

  private static Ticket<Integer> ticket(int name, String agency, int priority) {
    return new Ticket<>(name, agency, PriorityClass.INTERACTIVE, priority, false, Long.MAX_VALUE);
  }

  private static Ticket<Integer> add(WaitingQueue<Integer> queue, int name, String agency) {
    Ticket<Integer> ticket = ticket(name, agency, 0);
    queue.add(ticket);
    return ticket;
  }

  private static @Nullable Integer next(WaitingQueue<Integer> queue, int level) {
    Ticket<Integer> next = queue.candidate(level);
    return next == null ? null : next.owner();
  }

  /** Serves whoever is next for a cost of prompt tokens; returns its name. */
  private static int serve(WaitingQueue<Integer> queue, int level, int tokens) {
    Ticket<Integer> next = Objects.requireNonNull(queue.candidate(level));
    queue.remove(next);
    queue.chargePrompt(next, tokens);
    queue.end(next);
    return next.owner();
  }

  @Test
  void theAgencyThatGotLeastIsNext() {
    WaitingQueue<Integer> queue = queue(SchedulingPolicy.VTC);
    for (int i = 0; i < 4; i++) {
      add(queue, i, "a");
    }
    add(queue, 10, "b");
    add(queue, 11, "b");

    assertThat(IntStream.range(0, 6).map(_ -> serve(queue, 0, 10)))
        .containsExactly(0, 10, 1, 11, 2, 3);
  }

  @Test
  void tokensCostWhatTheSettingsSay() {
    WaitingQueue<Integer> queue = queue(SchedulingPolicy.VTC);
    Ticket<Integer> a = add(queue, 0, "a");
    Ticket<Integer> b = add(queue, 1, "b");
    queue.chargePrompt(a, 10);
    queue.chargeOutput(b);
    queue.chargeCached(b, 70);
    assertThat(next(queue, 0)).isEqualTo(1); // 10 against 2 + 7.
    queue.chargeOutput(b);
    assertThat(next(queue, 0)).isEqualTo(0);
  }

  @Test
  void whoWasAwayHasSavedNothingUp() {
    WaitingQueue<Integer> queue = queue(SchedulingPolicy.VTC);
    add(queue, 0, "away");
    serve(queue, 0, 1);
    for (int i = 1; i <= 10; i++) {
      add(queue, i, "busy");
    }
    for (int i = 1; i <= 5; i++) {
      serve(queue, 0, 100);
    }
    add(queue, 100, "away");
    add(queue, 101, "away");

    // Both stand at 500; of equals, who has waited longer is first.
    assertThat(IntStream.range(0, 4).map(_ -> serve(queue, 0, 100)))
        .containsExactly(6, 100, 7, 101);
  }

  @Test
  void whereNobodyWaitsTheLastThatLeftIsTheMeasure() {
    WaitingQueue<Integer> queue = queue(SchedulingPolicy.VTC);
    add(queue, 0, "busy");
    serve(queue, 0, 500);
    add(queue, 1, "new");
    add(queue, 2, "busy");

    assertThat(serve(queue, 0, 1)).isEqualTo(1);
    assertThat(serve(queue, 0, 1)).isEqualTo(2);
    add(queue, 3, "new");
    add(queue, 4, "busy");
    assertThat(serve(queue, 0, 1)).isEqualTo(3); // 501 and 501: who came first.
  }

  @Test
  void anAgencyOfWeightThreeGetsThreeTimesAsMuch() {
    WaitingQueue<Integer> queue =
        new WaitingQueue<>(
            SchedulingPolicy.VTC,
            SETTINGS.withAgencies(10, List.of(new AgencyWeight("heavy", 3))),
            1_000);
    for (int i = 0; i < 400; i++) {
      add(queue, 0, "light");
      add(queue, 1, "heavy");
    }
    assertThat(IntStream.range(0, 400).map(_ -> serve(queue, 0, 7)).sum()).isBetween(299, 301);
  }

  @Test
  void withinAnAgencyPriorityIsBeforeArrivalWhereThePolicyLooksAtIt() {
    for (SchedulingPolicy policy : SchedulingPolicy.values()) {
      WaitingQueue<Integer> queue = queue(policy);
      queue.add(ticket(0, "a", 0));
      queue.add(ticket(1, "a", 5));
      queue.add(ticket(2, "a", -1));
      queue.add(ticket(3, "a", 0));
      int level = queue.levels() == 1 ? 0 : INTERACTIVE;
      int[] order = IntStream.range(0, 4).map(_ -> serve(queue, level, 1)).toArray();
      assertThat(order)
          .isEqualTo(policy.tellsPriorities() ? new int[] {2, 0, 3, 1} : new int[] {0, 1, 2, 3});
    }
  }

  @Test
  void aCachedPromptGoesFirstAsFarAsTheQuantumReaches() {
    WaitingQueue<Integer> queue =
        new WaitingQueue<>(SchedulingPolicy.FAIR, SETTINGS.withLocalityQuantum(100), 1_000);
    for (int i = 0; i < 10; i++) {
      add(queue, 0, "cold");
      add(queue, 1, "warm");
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Ticket<Integer> next =
          Objects.requireNonNull(queue.candidate(INTERACTIVE, name -> name * 64));
      queue.remove(next);
      queue.chargePrompt(next, 20);
      order.add(next.owner());
    }
    // 0, 20 and 40 are within half of the quantum; 60 is not.
    assertThat(order).containsExactly(1, 1, 1, 0, 1, 0);
  }

  @Test
  void agenciesThatAreGoneAreForgottenInTheEnd() {
    WaitingQueue<Integer> queue =
        new WaitingQueue<>(SchedulingPolicy.VTC, SETTINGS.withAgencies(50, List.of()), 1_000);
    Ticket<Integer> working = add(queue, -1, "working");
    queue.remove(working);
    for (int i = 0; i < 10_000; i++) {
      add(queue, i, "agency" + i);
      serve(queue, 0, 10);
      assertThat(queue.accounts()).isLessThanOrEqualTo(50);
    }
    queue.chargeOutput(working);
    queue.end(working);
    assertThat(queue.problem()).isNull();
  }

  @Test
  void deadlinesPassInTheirOrder_alsoOfThoseThatWerePutBack() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          WaitingQueue<Integer> queue = queue(SchedulingPolicy.FAIR);
          long start = random.nextLong(); // Nanoseconds may overflow.
          TreeMap<Integer, Ticket<Integer>> left = new TreeMap<>();
          for (int i = 0; i < 100; i++) {
            long deadline = random.nextInt(4) == 0 ? Long.MAX_VALUE : start + random.nextInt(1_000);
            Ticket<Integer> ticket =
                new Ticket<>(i, "a" + i % 7, PriorityClass.BATCH, 0, false, deadline);
            queue.add(ticket);
            left.put(i, ticket);
            Ticket<Integer> other = left.get(random.nextInt(i + 1));
            if (other != null) {
              queue.remove(other);
              if (random.nextBoolean()) {
                queue.putBack(other);
              } else {
                left.remove(other.owner);
              }
            }
            assertThat(queue.problem()).isNull();
          }
          for (int passed = 0; passed <= 1_000; passed += 1 + random.nextInt(300)) {
            long now = start + passed;
            for (Integer i = queue.expired(now); i != null; i = queue.expired(now)) {
              Ticket<Integer> ticket = Objects.requireNonNull(left.remove(i));
              assertThat(now - ticket.deadline).isNotNegative();
              queue.remove(ticket);
            }
            assertThat(left.values())
                .allMatch(t -> t.deadline == Long.MAX_VALUE || now - t.deadline < 0);
          }
          assertThat(queue.size()).isEqualTo(left.size());
        });
  }

  @Test
  void aLowerClassIsOwedItsShareWhileItWaitsAndNothingForBefore() {
    WaitingQueue<Integer> queue = queue(SchedulingPolicy.FAIR);
    Ticket<Integer> citizen = new Ticket<>(0, "a", PriorityClass.CITIZEN, 0, false, Long.MAX_VALUE);
    Ticket<Integer> batch = new Ticket<>(0, "a", PriorityClass.BATCH, 0, false, Long.MAX_VALUE);
    queue.add(citizen);
    queue.add(batch);
    queue.chargePrompt(citizen, 100_000);
    queue.setWanting(2, true);
    assertThat(queue.isOwed(2)).isFalse();

    queue.chargePrompt(citizen, 1_000); // 5 %: 50
    assertThat(queue.isOwed(2)).isTrue();
    queue.chargePrompt(batch, 49);
    assertThat(queue.isOwed(2)).isTrue();
    queue.chargePrompt(batch, 4);
    assertThat(queue.isOwed(2)).isFalse();
    queue.setWanting(2, false);
    queue.chargePrompt(citizen, 100_000);
    queue.setWanting(2, true);
    assertThat(queue.isOwed(2)).isFalse();
  }

  /** The same rules without a heap, trees or lazy keys. */
  private static final class Model {
    record Waiting(Ticket<Integer> ticket, String agency, int level, int rank, int number) {}

    final List<Waiting> waiting = new ArrayList<>();
    final Map<String, Double> counters = new HashMap<>();
    final Set<Waiting> passed = new HashSet<>();
    final Map<Integer, String> lastLeft = new HashMap<>();

    private static String key(int level, String agency) {
      return level + agency;
    }

    void add(Ticket<Integer> ticket, String agency, int level, int rank, int number) {
      String key = key(level, agency);
      counters.putIfAbsent(key, 0.0);
      if (waiting.stream().noneMatch(w -> key(w.level, w.agency).equals(key))) {
        double other = counters.getOrDefault(lastLeft.getOrDefault(level, ""), 0.0);
        double floor =
            waiting.stream()
                .filter(w -> w.level == level)
                .mapToDouble(w -> counters.get(key(level, w.agency)))
                .min()
                .orElse(other);
        counters.merge(key, floor, Math::max);
      }
      waiting.add(new Waiting(ticket, agency, level, rank, number));
    }

    @Nullable Waiting next(int level) {
      return waiting.stream()
          .filter(w -> w.level == level && !passed.contains(w))
          .min(
              Comparator.<Waiting>comparingDouble(w -> counters.get(key(level, w.agency)))
                  .thenComparingInt(w -> w.rank)
                  .thenComparingInt(w -> w.number))
          .orElse(null);
    }

    void remove(Ticket<Integer> ticket) {
      Waiting one = waiting.stream().filter(w -> w.ticket == ticket).findFirst().orElseThrow();
      waiting.remove(one);
      if (waiting.stream().noneMatch(w -> w.level == one.level && w.agency.equals(one.agency))) {
        lastLeft.put(one.level, key(one.level, one.agency));
      }
    }
  }

  @Test
  void agreesWithAModelWithoutCleverness() {
    Seeds.forRandom(TestSize.tries(2_000, 50_000), WaitingQueueTest::compare);
  }

  private static void compare(RandomGenerator random) {
    SchedulingPolicy policy = SchedulingPolicy.values()[random.nextInt(4)];
    WaitingQueue<Integer> queue = queue(policy);
    Model model = new Model();
    List<Ticket<Integer>> working = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int priority = random.nextInt(3);
          PriorityClass level = PriorityClass.values()[random.nextInt(3)];
          String agency = "a" + random.nextInt(5);
          Ticket<Integer> ticket = new Ticket<>(i, agency, level, priority, false, Long.MAX_VALUE);
          queue.add(ticket);
          model.add(
              ticket,
              policy.tellsAgencies() ? agency : "",
              ticket.level(),
              policy.tellsPriorities() ? priority : 0,
              i);
        }
        case 2 -> {
          if (!model.waiting.isEmpty()) { // Somebody leaves without having been served.
            Ticket<Integer> gone = model.waiting.get(random.nextInt(model.waiting.size())).ticket();
            queue.remove(gone);
            queue.end(gone);
            model.remove(gone);
          }
        }
        case 3 -> {
          for (Ticket<Integer> ticket : working) {
            queue.chargeOutput(ticket);
            model.counters.merge(
                ticket.level() + (policy.tellsAgencies() ? ticket.agency : ""), 2.0, Double::sum);
          }
        }
        default -> round(queue, model, working, policy, random);
      }
      assertThat(queue.problem()).isNull();
      assertThat(queue.size()).isEqualTo(model.waiting.size());
    }
  }

  private static void round(
      WaitingQueue<Integer> queue,
      Model model,
      List<Ticket<Integer>> working,
      SchedulingPolicy policy,
      RandomGenerator random) {
    for (int picks = random.nextInt(8); picks > 0; picks--) {
      int level = random.nextInt(queue.levels());
      Ticket<Integer> next = queue.candidate(level);
      Model.Waiting expected = model.next(level);
      assertThat(next).isEqualTo(expected == null ? null : expected.ticket());
      if (next == null || expected == null) {
        continue;
      }
      if (random.nextInt(3) == 0) {
        queue.passOver(next);
        model.passed.add(expected);
      } else {
        queue.remove(next);
        model.remove(next);
        int tokens = random.nextInt(10);
        queue.chargePrompt(next, tokens);
        model.counters.merge(
            level + (policy.tellsAgencies() ? next.agency : ""), (double) tokens, Double::sum);
        working.add(next);
      }
    }
    queue.endRound();
    model.passed.clear();
    while (working.size() > 4) {
      queue.end(working.removeFirst());
    }
  }
}
