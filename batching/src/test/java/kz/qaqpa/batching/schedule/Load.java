package kz.qaqpa.batching.schedule;

import java.time.Duration;
import java.util.ArrayList;
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
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.SamplingParams;

/** Requests of some agencies in virtual time, cells of 8 tokens, and what these got. */
final class Load {
  static final int CELL = 8;
  static final int STEP_TOKENS = 32;
  static final int MOST_PROMPT = 40;
  static final int MOST_OUTPUT = 20;
  private static final HostCacheSettings NO_HOST_BLOCKS = new HostCacheSettings(0, 1, 0);

  final Rig rig;
  final int slots;
  final List<List<Rig.Call>> calls = new ArrayList<>();
  int submitted;

  Load(int agencies, int slots, SchedulingPolicy policy, FairnessSettings fairness) {
    this(agencies, slots, policy, fairness, STEP_TOKENS);
  }

  Load(
      int agencies, int slots, SchedulingPolicy policy, FairnessSettings fairness, int stepTokens) {
    this(
        slots,
        agencies,
        BatchingSettings.defaults()
            .withStepTokens(stepTokens)
            .withInterTokenLatency(Duration.ofHours(1))
            .withPolicy(policy, fairness)
            .withTiers(NO_HOST_BLOCKS, PreemptionSettings.off()));
  }

  Load(int slots, int agencies, BatchingSettings settings) {
    this.slots = slots;
    this.rig =
        new Rig(
            new FakeEngine(
                FakeEngine.shape(97, slots, MOST_PROMPT + MOST_OUTPUT, CELL),
                PseudoModel.hashing()),
            settings,
            BlockHash.CHAINED);
    for (int i = 0; i < agencies; i++) {
      calls.add(new ArrayList<>());
    }
  }

  /** A request whose prompt nobody shares. */
  void submit(int agency, PriorityClass priorityClass, int prompt, int output) {
    int[] tokens = IntStream.range(0, prompt).map(i -> (i + submitted) % 97).toArray();
    submit(agency, ++submitted, priorityClass, tokens, output);
  }

  void submit(int agency, long salt, PriorityClass priorityClass, int[] prompt, int output) {
    GenerationRequest request =
        new GenerationRequest(
            "r",
            "agency" + agency,
            salt,
            prompt,
            output,
            SamplingParams.greedy(),
            new int[0],
            Long.MAX_VALUE,
            priorityClass,
            0);
    calls.get(agency).add(rig.submit(request));
  }

  /** Submits until so many wait that steps cannot take them all. */
  void keepWaiting(int agency, PriorityClass priorityClass, int prompt, int output) {
    for (long n = calls.get(agency).stream().filter(Load::waits).count(); n <= slots; n++) {
      submit(agency, priorityClass, prompt, output);
    }
  }

  void submitAny(int agency, RandomGenerator random) {
    submit(
        agency,
        PriorityClass.INTERACTIVE,
        1 + random.nextInt(MOST_PROMPT),
        1 + random.nextInt(MOST_OUTPUT));
  }

  boolean waits(int agency) {
    return calls.get(agency).stream().anyMatch(Load::waits);
  }

  static boolean waits(Rig.Call call) {
    return call.sequence().state() == SequenceState.WAITING;
  }

  /** Weighted tokens that an agency got so far, counted from what its requests have. */
  double service(int agency) {
    return calls.get(agency).stream().mapToDouble(Load::service).sum();
  }

  static double service(Rig.Call call) {
    Sequence s = call.sequence();
    int read = Math.min(Math.max(s.computed, s.reached), s.promptLength());
    return read - s.cached + 0.1 * s.cached + 2 * s.outputLength;
  }
}
