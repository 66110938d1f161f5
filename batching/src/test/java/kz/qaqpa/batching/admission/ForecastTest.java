package kz.qaqpa.batching.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.admission.WaitingWork.Place;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** Whether judgements before the queue come true: the real scheduler in virtual time. */
class ForecastTest {
  private static final int SLOTS = 4;
  private static final int ANSWER = 20;
  private static final long SECOND = 1_000_000_000;
  private static final FairnessSettings FAIRNESS =
      FairnessSettings.defaults().withLocalityQuantum(0);

  private SchedulingPolicy policy = SchedulingPolicy.FAIR;
  private PreemptionSettings preemption = PreemptionSettings.defaults();
  private int made;

  private static long nanos(StepPlan plan) {
    int decoding =
        (int) IntStream.range(0, plan.rows()).filter(i -> plan.queryLength(i) == 1).count();
    return 1_000_000 + 500_000L * decoding + 150_000L * (plan.tokens() - decoding);
  }

  /** A scheduler, and what those see of it who are not on its thread. */
  private final class Server {
    final Rig rig =
        new Rig(
            new FakeEngine(FakeEngine.shape(97, SLOTS, 400, 16), PseudoModel.hashing()),
            BatchingSettings.defaults()
                .withPolicy(policy, FAIRNESS)
                .withTiers(HostCacheSettings.defaults(), preemption),
            BlockHash.CHAINED);
    final WaitingWork work = new WaitingWork(policy, FAIRNESS);
    final Forecast forecast = new Forecast(work, rig.tally, SLOTS);
    final List<Waiting> queue = new ArrayList<>();

    Server() {
      rig.stepNanos = ForecastTest::nanos;
    }

    void warmUp() {
      for (int i = 0; i < 20 * SLOTS; i++) { // As many that the slots are full for a while.
        submit(request("warm" + i % 5, PriorityClass.INTERACTIVE, 0, 1 + i * 37 % 200));
      }
      finish();
    }

    void finish() {
      while (rig.scheduler.hasLive()) {
        step();
      }
    }

    Rig.Call submit(GenerationRequest request) {
      Place place = place(request);
      int answer = forecast.answerTokens(0, request.maxTokens());
      place.add(request.prompt().length, answer);
      Rig.Call call = rig.submit(request);
      queue.add(new Waiting(call, place, answer));
      return call;
    }

    Place place(GenerationRequest request) {
      return work.place(request.agency(), request.priorityClass(), request.priority());
    }

    long judge(GenerationRequest request, long nanosLeft) {
      int answer = forecast.answerTokens(0, request.maxTokens());
      return forecast.judge(
          place(request), request.prompt().length, answer, queue.size(), nanosLeft);
    }

    /** The shortest deadline that a request would be taken with. */
    long expected(GenerationRequest request) {
      long low = 0;
      long high = 1_000 * SECOND;
      while (high - low > 1_000) {
        long middle = (low + high) / 2;
        if (judge(request, middle) == Forecast.IN_TIME) {
          high = middle;
        } else {
          low = middle;
        }
      }
      return high;
    }

    void step() {
      rig.step();
      for (Iterator<Waiting> all = queue.iterator(); all.hasNext(); ) {
        Waiting waiting = all.next();
        if (waiting.call.outlet().leftQueue > 0) {
          waiting.place.add(-waiting.call.request().prompt().length, -waiting.answer);
          all.remove();
        }
      }
    }
  }

  private record Waiting(Rig.Call call, Place place, int answer) {}

  private GenerationRequest request(String agency, PriorityClass level, int priority, int prompt) {
    made++;
    int[] tokens = IntStream.range(0, prompt).map(i -> (i * 31 + made * 7) % 97).toArray();
    return new GenerationRequest(
            "r", agency, made, tokens, ANSWER, SamplingParams.greedy(), new int[0], Long.MAX_VALUE)
        .withPriority(level, priority);
  }

  private GenerationRequest request(String agency) {
    return request(agency, PriorityClass.INTERACTIVE, 0, 60);
  }

  private GenerationRequest any(RandomGenerator random) {
    return request(
        "a" + random.nextInt(6),
        PriorityClass.values()[random.nextInt(3)],
        random.nextInt(3) - 1,
        1 + random.nextInt(200));
  }

  @Test
  void whatWasNotMeasuredIsAdmittedAndSoIsWhoFindsNobody() {
    Server server = new Server();
    for (int i = 0; i < 100; i++) {
      assertThat(server.judge(request("a"), 1)).isEqualTo(Forecast.IN_TIME);
      server.submit(request("a"));
    }
    server.finish();
    assertThat(server.judge(request("a"), 1)).isEqualTo(Forecast.IN_TIME);
    assertThat(server.work.isEmpty()).isTrue();
  }

  @Test
  void whoComesAgainAsToldIsAdmitted() {
    Seeds.forRandom(
        TestSize.tries(60, 1_000),
        random -> {
          SchedulingPolicy[] all = SchedulingPolicy.values();
          policy = all[random.nextInt(all.length)];
          Server server = new Server();
          server.warmUp();
          for (int i = random.nextInt(20, 150); i > 0; i--) {
            server.submit(any(random));
            if (random.nextInt(4) == 0) {
              server.step();
            }
          }
          GenerationRequest request = any(random);
          long left = random.nextLong(SECOND / 10, 5 * SECOND);
          long again = server.judge(request, left);
          if (again > 0) {
            // Retry-After is in whole seconds, rounded up.
            long until = server.rig.now + (again + SECOND - 1) / SECOND * SECOND;
            while (server.rig.now < until && server.rig.scheduler.hasLive()) {
              server.step();
            }
            assertThat(server.judge(request, left)).as("%s", policy).isEqualTo(Forecast.IN_TIME);
          }
        });
  }

  @Test
  void waitingLessThanToldIsNotEnough() {
    Server server = new Server();
    server.warmUp();
    for (int i = 0; i < 200; i++) {
      server.submit(request("a"));
    }
    long again = server.judge(request("a"), SECOND);
    assertThat(again).isGreaterThan(SECOND / 2);
    long half = server.rig.now + again / 2;
    while (server.rig.now < half) {
      server.step();
    }
    assertThat(server.judge(request("a"), SECOND)).isPositive();
  }

  @Test
  void judgementsComeTrueMoreOrLess() {
    preemption = PreemptionSettings.off(); // Between agencies it is not foreseen.
    List<Double> ratios = new ArrayList<>();
    Seeds.forRandom(
        TestSize.tries(60, 400),
        random -> {
          policy = random.nextBoolean() ? SchedulingPolicy.FAIR : SchedulingPolicy.FCFS;
          Server server = new Server();
          server.warmUp();
          for (int i = random.nextInt(10, 100); i > 0; i--) {
            server.submit(
                request("a" + random.nextInt(5), PriorityClass.INTERACTIVE, 0, 20 + i % 150));
          }
          for (int i = random.nextInt(50); i > 0; i--) {
            server.step();
          }
          GenerationRequest request = request("a" + random.nextInt(6));
          double expected = server.expected(request);
          long start = server.rig.now;
          Rig.Call call = server.submit(request);
          while (call.outlet().ends == 0) {
            server.step();
          }
          ratios.add(expected / (server.rig.now - start));
        });
    ratios.sort(null);
    double median = ratios.get(ratios.size() / 2);
    assertThat(median).as("%s", ratios).isBetween(0.8, 1.25);
    assertThat(ratios.get(ratios.size() / 10)).as("%s", ratios).isGreaterThan(0.5);
    assertThat(ratios.get(ratios.size() * 9 / 10)).as("%s", ratios).isLessThan(1.6);
  }

  @Test
  void anAgencyDoesNotWaitForAllThatAnotherHasWaiting() {
    Server server = new Server();
    server.warmUp();
    for (int i = 0; i < 300; i++) {
      server.submit(request("noisy"));
    }
    assertThat(server.judge(request("quiet"), 2 * SECOND)).isEqualTo(Forecast.IN_TIME);
    assertThat(server.judge(request("noisy"), 2 * SECOND)).isPositive();

    policy = SchedulingPolicy.FCFS;
    Server fcfs = new Server();
    fcfs.warmUp();
    for (int i = 0; i < 300; i++) {
      fcfs.submit(request("noisy"));
    }
    assertThat(fcfs.judge(request("quiet"), 2 * SECOND)).isPositive();
  }

  @Test
  void laterClassesAndLessUrgentRequestsAreNotAhead() {
    Server server = new Server();
    server.warmUp();
    for (int i = 0; i < 300; i++) {
      server.submit(request("a"));
    }
    long left = 2 * SECOND;
    assertThat(server.judge(request("a", PriorityClass.CITIZEN, 0, 60), left)).isZero();
    assertThat(server.judge(request("a", PriorityClass.INTERACTIVE, -5, 60), left)).isZero();
    assertThat(server.judge(request("a", PriorityClass.INTERACTIVE, 0, 60), left)).isPositive();
    // Batch is guaranteed a share, and has nobody waiting yet.
    assertThat(server.judge(request("a", PriorityClass.BATCH, 0, 60), left)).isZero();
    assertThat(server.judge(request("a", PriorityClass.BATCH, 0, 60), left / 10)).isPositive();
  }

  @Test
  void aHigherClassDoesNotWaitForSlotsOfALowerOne() {
    preemption = PreemptionSettings.off();
    long without = citizenBesideBatch();
    preemption = PreemptionSettings.defaults();
    assertThat(citizenBesideBatch()).isLessThan(without);
  }

  /** The shortest deadline that is accepted, after it was kept. */
  private long citizenBesideBatch() {
    Server server = new Server();
    server.warmUp();
    for (int i = 0; i < 40; i++) {
      server.submit(request("statistics", PriorityClass.BATCH, 0, 60));
    }
    for (int i = 0; i < 30; i++) {
      server.step();
    }
    GenerationRequest request = request("citizens", PriorityClass.CITIZEN, 0, 60);
    long expected = server.expected(request);
    long start = server.rig.now;
    Rig.Call call = server.submit(request);
    while (call.outlet().ends == 0) {
      server.step();
    }
    assertThat((double) expected / (server.rig.now - start)).isBetween(0.6, 1.6);
    return expected;
  }

  @Test
  void whatNoQueueExplainsIsHopeless() {
    Server server = new Server();
    server.warmUp();
    server.submit(request("a"));
    server.step();
    assertThat(server.judge(request("a"), 1_000)).isEqualTo(Forecast.HOPELESS);
    assertThat(server.judge(request("a"), SECOND)).isEqualTo(Forecast.IN_TIME);
  }

  @Test
  void agenciesBeyondThoseThatAreToldApartShareALine() {
    WaitingWork work = new WaitingWork(SchedulingPolicy.FAIR, FAIRNESS);
    List<Place> places = new ArrayList<>();
    for (int i = 0; i < 3 * WaitingWork.MOST_LINES; i++) {
      Place place = work.place("agency" + i, PriorityClass.BATCH, 0);
      place.add(3, 4);
      places.add(place);
    }
    assertThat(work.level(2).lines()).hasSizeLessThanOrEqualTo(WaitingWork.MOST_LINES);
    assertThat(work.isEmpty()).isFalse();
    places.forEach(place -> place.add(-3, -4));
    assertThat(work.isEmpty()).isTrue();
  }
}
