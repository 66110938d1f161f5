package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.Load.CELL;
import static kz.qaqpa.batching.schedule.Load.MOST_OUTPUT;
import static kz.qaqpa.batching.schedule.Load.MOST_PROMPT;
import static kz.qaqpa.batching.schedule.Load.STEP_TOKENS;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.FairnessSettings.AgencyWeight;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** What agencies and classes get, in virtual time: the real scheduler, cells of 8 tokens. */
class FairnessTest {
  private static final FairnessSettings NO_LOCALITY =
      FairnessSettings.defaults().withLocalityQuantum(0);

  /** How far apart two agencies got while both had somebody waiting, at most. */
  private static final class Gap {
    private final double[][] low;
    private final double[][] high;
    private final boolean[] waited;
    double most;

    Gap(int agencies) {
      low = new double[agencies][agencies];
      high = new double[agencies][agencies];
      waited = new boolean[agencies];
    }

    /** To be told after each step. */
    void observe(Load load) {
      int agencies = waited.length;
      boolean[] wait = new boolean[agencies];
      double[] service = new double[agencies];
      for (int i = 0; i < agencies; i++) {
        wait[i] = load.waits(i);
        service[i] = load.service(i);
      }
      for (int f = 0; f < agencies; f++) {
        for (int g = 0; g < f; g++) {
          double ahead = service[f] - service[g];
          if (!(waited[f] && waited[g])) {
            low[f][g] = high[f][g] = ahead;
          }
          if (wait[f] && wait[g]) {
            low[f][g] = Math.min(low[f][g], ahead);
            high[f][g] = Math.max(high[f][g], ahead);
            most = Math.max(most, high[f][g] - low[f][g]);
          }
        }
      }
      System.arraycopy(wait, 0, waited, 0, agencies);
    }
  }

  private static double bound(int slots) {
    return 2.0 * Math.max(MOST_PROMPT, 2 * slots * (MOST_PROMPT + MOST_OUTPUT));
  }

  /** Agencies of very different rates over some hundred steps; their largest gap. */
  private static double gap(RandomGenerator random, SchedulingPolicy policy) {
    int slots = 1 + random.nextInt(4);
    int agencies = 2 + random.nextInt(4);
    return gap(random, new Load(agencies, slots, policy, NO_LOCALITY), agencies);
  }

  private static double gap(RandomGenerator random, Load load, int agencies) {
    double[] rates = random.doubles(agencies).map(u -> 0.05 + 2 * u * u * u).toArray();
    Gap gap = new Gap(agencies);
    for (int step = 0; step < 300; step++) {
      for (int i = 0; i < agencies; i++) {
        boolean pauses = step / 60 % 2 == 1 && i == 1;
        if (!pauses && load.submitted < 400 && random.nextDouble() < rates[i]) {
          load.submitAny(i, random);
        }
      }
      load.rig.step();
      gap.observe(load);
    }
    return gap.most / bound(load.slots);
  }

  /** Whoever is preempted is charged once, so counters still tell what agencies got. */
  @Test
  void preemptionKeepsBackloggedAgenciesWithinTheBound() {
    long[] preemptions = {0};
    Seeds.forRandom(
        TestSize.tries(40, 2_000),
        random -> {
          PreemptionSettings rules =
              new PreemptionSettings(
                  true,
                  20 + random.nextInt(200),
                  1 + random.nextInt(4),
                  Duration.ofMillis(random.nextInt(20)));
          BatchingSettings settings =
              BatchingSettings.defaults()
                  .withStepTokens(STEP_TOKENS)
                  .withPolicy(SchedulingPolicy.FAIR, NO_LOCALITY)
                  .withTiers(new HostCacheSettings(random.nextInt(2), 4, 0.5), rules);
          int agencies = 2 + random.nextInt(4);
          Load load = new Load(1 + random.nextInt(4), agencies, settings);
          assertThat(gap(random, load, agencies)).isLessThanOrEqualTo(1);
          preemptions[0] += load.rig.tally.get(Tally.Item.PREEMPTIONS);
        });
    if (System.getProperty("qaqpa.test.seed", "").isBlank()) {
      assertThat(preemptions[0]).isPositive();
    }
  }

  @Test
  void backloggedAgenciesStayWithinTheBoundOfVtc() {
    double[] most = new double[2];
    Seeds.forRandom(
        TestSize.tries(60, 2_000),
        random -> {
          double ours =
              gap(random, random.nextBoolean() ? SchedulingPolicy.FAIR : SchedulingPolicy.VTC);
          assertThat(ours).isLessThanOrEqualTo(1);
          most[0] = Math.max(most[0], ours);
          most[1] = Math.max(most[1], gap(random, SchedulingPolicy.FCFS));
        });
    if (System.getProperty("qaqpa.test.seed", "").isBlank()) {
      // The measure can tell: first come, first served has no bound.
      assertThat(most[1]).isGreaterThan(1);
      assertThat(most[1]).isGreaterThan(2 * most[0]);
    }
  }

  @Test
  void withLocalityTheBoundGrowsByTheQuantum() {
    long[] cached = new long[2];
    Seeds.forRandom(
        TestSize.tries(40, 1_000),
        random -> {
          int slots = 2 + random.nextInt(3);
          int quantum = 100 + random.nextInt(1_000);
          int agencies = 2 + random.nextInt(4);
          long seed = random.nextLong();
          for (int on = 0; on < 2; on++) {
            RandomGenerator same = new SplittableRandom(seed);
            Load load =
                new Load(
                    agencies,
                    slots,
                    SchedulingPolicy.FAIR,
                    NO_LOCALITY.withLocalityQuantum(on * quantum));
            Gap gap = new Gap(agencies);
            for (int step = 0; step < 250; step++) {
              int agency = same.nextInt(agencies);
              if (step < 200) { // Each agency's prompts have a beginning in common.
                int[] prompt = same.ints(25 + same.nextInt(15), 0, 97).toArray();
                Arrays.fill(prompt, 0, 24, agency);
                load.submit(
                    agency, agency, PriorityClass.INTERACTIVE, prompt, 1 + same.nextInt(20));
              }
              load.rig.step();
              gap.observe(load);
            }
            assertThat(gap.most).isLessThanOrEqualTo(bound(slots) + on * quantum);
            cached[on] += load.rig.tally.get(Tally.Item.CACHED_PROMPT_TOKENS);
          }
        });
    if (System.getProperty("qaqpa.test.seed", "").isBlank()) {
      assertThat(cached[1]).isGreaterThan(cached[0] * 11 / 10);
    }
  }

  @Test
  void agenciesGetServiceByTheirWeights() {
    Load load =
        new Load(
            3,
            4,
            SchedulingPolicy.FAIR,
            NO_LOCALITY.withAgencies(
                100, List.of(new AgencyWeight("agency1", 2), new AgencyWeight("agency2", 4))));
    for (int step = 0; step < 2_000; step++) {
      for (int i = 0; i < 3; i++) {
        load.keepWaiting(i, PriorityClass.INTERACTIVE, 1 + step % MOST_PROMPT, 1 + step % 10);
      }
      load.rig.step();
    }
    double unit = load.service(0);
    assertThat(load.service(1) / unit).isBetween(1.9, 2.1);
    assertThat(load.service(2) / unit).isBetween(3.8, 4.2);
  }

  @Test
  void noSlotIsIdleWhileSomebodyWaitsAndFits() {
    Seeds.forRandom(
        TestSize.tries(100, 2_000),
        random -> {
          SchedulingPolicy[] all = SchedulingPolicy.values();
          Load load = new Load(4, 1 + random.nextInt(8), all[random.nextInt(4)], NO_LOCALITY);
          PriorityClass[] classes = PriorityClass.values();
          load.submit(0, PriorityClass.CITIZEN, CELL, 3);
          load.rig.finish(5); // Times of steps are known from now on.
          boolean wasIdle = false;
          for (int step = 0; step < 150; step++) {
            for (int i = random.nextInt(3); i > 0; i--) {
              load.submit(
                  random.nextInt(4),
                  classes[random.nextInt(3)],
                  1 + random.nextInt(MOST_PROMPT),
                  1 + random.nextInt(MOST_OUTPUT));
            }
            StepPlan plan = load.rig.step();
            boolean idle = plan.rows() < load.slots && STEP_TOKENS - plan.tokens() >= CELL;
            boolean waits = IntStream.range(0, 4).anyMatch(load::waits);
            // One step in many is without prompts, to measure decoding alone.
            assertThat(wasIdle && idle && waits).as("step %s", step).isFalse();
            wasIdle = idle && waits;
          }
        });
  }

  /** The share of each class where all of them always have somebody waiting. */
  private static double[] classShares(SchedulingPolicy policy, FairnessSettings fairness) {
    Load load = new Load(3, 4, policy, fairness);
    for (int step = 0; step < 3_000; step++) {
      for (PriorityClass level : PriorityClass.values()) {
        load.keepWaiting(level.ordinal(), level, 1 + step % MOST_PROMPT, 1 + step % 7);
      }
      load.rig.step();
    }
    double all = IntStream.range(0, 3).mapToDouble(load::service).sum();
    return IntStream.range(0, 3).mapToDouble(i -> load.service(i) / all).toArray();
  }

  @Test
  void lowerClassesGetTheirShareAndNoMoreWhileHigherOnesWait() {
    double[] shares = classShares(SchedulingPolicy.FAIR, NO_LOCALITY);
    assertThat(shares[1]).isBetween(0.099, 0.12);
    assertThat(shares[2]).isBetween(0.049, 0.07);

    double[] half = classShares(SchedulingPolicy.FAIR, NO_LOCALITY.withShares(0.2, 0.3));
    assertThat(half[1]).isBetween(0.199, 0.22);
    assertThat(half[2]).isBetween(0.299, 0.32);
  }

  @Test
  void classesAreStrictWhereNothingIsGuaranteed() {
    assertThat(classShares(SchedulingPolicy.FAIR, NO_LOCALITY.withShares(0, 0))[0]).isOne();
    assertThat(classShares(SchedulingPolicy.PRIORITY, NO_LOCALITY)[0]).isOne();
  }

  @Test
  void aPromptOfAHigherClassIsReadBeforeTheRestOfALowerOne() {
    Load load = new Load(2, 4, SchedulingPolicy.FAIR, NO_LOCALITY);
    for (int i = 0; i < 3; i++) {
      load.submit(0, PriorityClass.BATCH, MOST_PROMPT, 3);
    }
    load.rig.step();
    load.submit(1, PriorityClass.CITIZEN, 20, 3);
    load.rig.step();

    assertThat(load.calls.get(1).getFirst().outlet().tokens).hasSize(1);
    assertThat(load.calls.get(0).get(1).outlet().tokens).isEmpty();
    load.rig.finish(100);
  }

  @Test
  void manyChoicesOfOneAgencyDoNotKeepAnotherOut() {
    Load load = new Load(2, 2, SchedulingPolicy.FAIR, NO_LOCALITY);
    GenerationRequest many =
        new GenerationRequest(
            "r",
            "agency0",
            1,
            new int[] {1, 2, 3},
            10,
            SamplingParams.greedy(),
            new int[0],
            Long.MAX_VALUE);
    List<Rig.Call> choices = load.rig.submit(many, 8);
    load.submit(1, PriorityClass.INTERACTIVE, 8, 5);
    Rig.Call other = load.calls.get(1).getFirst();
    while (other.outlet().ends == 0) {
      load.rig.step();
    }
    assertThat(choices.stream().filter(call -> call.outlet().ends == 1).count())
        .isLessThanOrEqualTo(3);
    load.rig.finish(200);
    assertThat(choices).allMatch(call -> call.outlet().tokens.size() == 10);
  }

  @Test
  void whoComesBackGetsNoMoreThanTheOthersFromThenOn() {
    Load load = new Load(2, 4, SchedulingPolicy.FAIR, NO_LOCALITY);
    load.submit(1, PriorityClass.INTERACTIVE, 1, 1);
    for (int step = 0; step < 500; step++) {
      load.keepWaiting(0, PriorityClass.INTERACTIVE, 20, 5);
      load.rig.step();
    }
    double[] before = {load.service(0), load.service(1)};
    assertThat(before[0]).isGreaterThan(10 * bound(1));
    for (int step = 0; step < 300; step++) {
      load.keepWaiting(0, PriorityClass.INTERACTIVE, 20, 5);
      load.keepWaiting(1, PriorityClass.INTERACTIVE, 20, 5);
      load.rig.step();
    }
    double[] since = {load.service(0) - before[0], load.service(1) - before[1]};
    assertThat(Math.abs(since[1] - since[0])).isLessThan(4 * (20 + 2 * 5));
  }

  /** Steps that quiet agencies' requests wait for a slot, beside a noisy one of some rate. */
  private static int[] queueSteps(SchedulingPolicy policy, int noisyEvery, double[] noisyService) {
    int quiet = 9;
    Load load = new Load(quiet + 1, 8, policy, NO_LOCALITY);
    List<int[]> arrivals = new ArrayList<>();
    List<Integer> waits = new ArrayList<>();
    boolean[][] gone = new boolean[quiet][1_000];
    for (int step = 0; step < 2_000; step++) {
      for (int i = 0; i < quiet; i++) {
        if (step % 50 == i * 5) {
          load.submit(i, PriorityClass.INTERACTIVE, 20, 10);
          arrivals.add(new int[] {i, load.calls.get(i).size() - 1, step});
        }
      }
      if (step % noisyEvery == 0) {
        load.submit(quiet, PriorityClass.INTERACTIVE, 20, 10);
      }
      load.rig.step();
      for (int[] arrival : arrivals) {
        boolean waitsStill = Load.waits(load.calls.get(arrival[0]).get(arrival[1]));
        if (!waitsStill && !gone[arrival[0]][arrival[1]]) {
          gone[arrival[0]][arrival[1]] = true;
          waits.add(step - arrival[2]);
        }
      }
    }
    noisyService[0] = load.service(quiet);
    return waits.stream().mapToInt(Integer::intValue).sorted().toArray();
  }

  @Test
  void aNoisyAgencyCostsTheOthersWhatOneOfItsShareWould() {
    double[] got = {0};
    int[] beside = queueSteps(SchedulingPolicy.FAIR, 1, got); // 50 times the others' rate.
    int[] firstCome = queueSteps(SchedulingPolicy.FCFS, 1, new double[1]);
    // As often as it was served above: its share, what the others leave.
    int every = (int) Math.ceil(2_000 * (20 + 2 * 10) / got[0]);
    int[] fair = queueSteps(SchedulingPolicy.FAIR, every, got);

    int p99 = beside[beside.length * 99 / 100];
    assertThat(p99).isLessThanOrEqualTo(fair[fair.length * 99 / 100] + 2);
    assertThat(p99).isLessThan(10);
    assertThat(firstCome[firstCome.length / 2]).isGreaterThan(10 * p99);
  }

  private static String states(Load load) {
    return load.calls.stream()
        .flatMap(List::stream)
        .map(call -> call.sequence().state().name().substring(0, 1))
        .collect(Collectors.joining());
  }

  /** Step by step as docs/batching.md tells it. */
  @Test
  void theWorkedExampleOfTheManual() {
    Load load = new Load(2, 2, SchedulingPolicy.FAIR, NO_LOCALITY, 16);
    for (int i = 0; i < 3; i++) {
      load.submit(0, PriorityClass.INTERACTIVE, 8, 3);
    }
    load.submit(1, PriorityClass.INTERACTIVE, 16, 2);
    String[] states = {"DWWP", "DWWD", "EWWE", "EDDE", "EDDE", "EEEE"};
    double[][] services = {{10, 8}, {12, 18}, {14, 20}, {34, 20}, {38, 20}, {42, 20}};
    for (int step = 0; step < states.length; step++) {
      load.rig.step();
      assertThat(states(load)).as("step %s", step + 1).isEqualTo(states[step]);
      assertThat(load.service(0)).isEqualTo(services[step][0]);
      assertThat(load.service(1)).isEqualTo(services[step][1]);
    }
  }
}
