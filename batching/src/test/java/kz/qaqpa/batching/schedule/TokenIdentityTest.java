package kz.qaqpa.batching.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationFailure.Kind;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.fixture.Rig;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.host.KvCosts;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.LogitBias;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/**
 * Whatever is batched, chunked, cached, copied, moved, saved, evicted, preempted, resumed, stalled,
 * cancelled or failed beside it: each request's answer equals its run alone, token for token. In
 * virtual time, by thousands of schedules, over an engine that fills host blocks as late as it may.
 */
class TokenIdentityTest {
  private static final int VOCABULARY = 97;
  private static final int CELL = 8;
  private static final int SLOT_LENGTH = 96;
  private static final PseudoModel MODEL = PseudoModel.hashing();

  /** What all schedules together have met: a test of nothing must not pass. */
  private long finished;

  private long failed;
  private long cancelled;
  private long cachedTokens;
  private long copies;
  private long groups;
  private long promptsReadAgain;
  private long undecided;
  private long marked;
  private long preemptions;
  private long recomputed;
  private long restored;
  private long hostCached;
  private long loadedBeforeFilled;

  @Test
  void everyAnswerEqualsItsRunAlone() {
    Seeds.forRandom(
        TestSize.tries(2_000, 100_000), random -> runSchedule(random, BlockHash.CHAINED));
    if (System.getProperty("qaqpa.test.seed", "").isBlank()) {
      assertThat(finished).isPositive();
      assertThat(failed).isPositive();
      assertThat(cancelled).isPositive();
      assertThat(cachedTokens).isPositive();
      assertThat(copies).isPositive();
      assertThat(groups).isPositive();
      assertThat(promptsReadAgain).isPositive();
      assertThat(undecided).isPositive();
      assertThat(marked).isPositive();
      assertThat(preemptions).isPositive();
      assertThat(recomputed).isPositive();
      assertThat(restored).isPositive();
      assertThat(hostCached).isPositive();
      assertThat(loadedBeforeFilled).isPositive();
    }
  }

  /** It left and came back in one plan, whose last save failed. */
  @Test
  void whatWasNotSavedAfterAllIsNotLoaded() {
    runSchedule(new SplittableRandom(2961836182995522190L), BlockHash.CHAINED);
  }

  @Test
  void aHashThatAlwaysCollidesChangesNothing() {
    BlockHash one = (parent, tokens, from, count) -> 1;
    BlockHash two = (parent, tokens, from, count) -> tokens[from] & 1;
    Seeds.forRandom(
        TestSize.tries(300, 5_000),
        random -> runSchedule(random, random.nextBoolean() ? one : two));
  }

  private void runSchedule(RandomGenerator random, BlockHash hash) {
    int slots = 1 + random.nextInt(6);
    FakeEngine engine =
        new FakeEngine(FakeEngine.shape(VOCABULARY, slots, SLOT_LENGTH, CELL), MODEL);
    BatchingSettings settings =
        BatchingSettings.defaults()
            .withStepTokens(1 + random.nextInt(40))
            .withStreams(Duration.ofMillis(20), 8)
            .withReuseDecodedPrefixes(random.nextBoolean())
            .withPolicy(policy(random), fairness(random))
            .withTiers(
                new HostCacheSettings(1, 1 + random.nextInt(12), random.nextDouble()),
                new PreemptionSettings(
                    random.nextInt(5) > 0,
                    1 + random.nextInt(200),
                    1 + random.nextInt(5),
                    Duration.ofMillis(random.nextInt(6))));
    Rig rig = new Rig(engine, settings, hash, random.nextInt(4) * random.nextInt(20));
    vary(rig.scheduler.costs(), random);
    if (random.nextInt(4) == 0) {
      engine.faulty(random, random.nextInt(8) == 0);
    }
    List<Rig.Call> calls = new ArrayList<>();
    long promptTokens = 0;
    int total = 4 + random.nextInt(20);
    int pace = 1 + random.nextInt(4);
    while (calls.size() < total && !rig.isDead()) {
      for (int i = random.nextInt(pace + 1); i > 0 && calls.size() < total; i--) {
        GenerationRequest request = request(random, calls, rig.now);
        promptTokens += request.prompt().length;
        if (random.nextInt(3) == 0) {
          calls.addAll(rig.submit(request, 1 + random.nextInt(8)));
          groups++;
        } else {
          calls.add(rig.submit(request));
        }
      }
      disturb(random, calls);
      rig.step();
    }
    for (Rig.Call call : calls) {
      call.outlet().room = true;
    }
    rig.finish(5_000);
    calls.forEach(this::check);
    cachedTokens += rig.tally.get(Tally.Item.CACHED_PROMPT_TOKENS);
    copies += engine.copies();
    promptsReadAgain += rig.tally.get(Tally.Item.PROMPT_TOKENS) > promptTokens ? 1 : 0;
    preemptions += rig.tally.get(Tally.Item.PREEMPTIONS);
    recomputed += rig.tally.get(Tally.Item.RECOMPUTED_TOKENS);
    restored += rig.tally.get(Tally.Item.RESTORED_TOKENS);
    loadedBeforeFilled += engine.lateWrites();
    hostCached += rig.tally.get(Tally.Item.HOST_CACHED_PROMPT_TOKENS);
    undecided += calls.stream().filter(call -> call.sequence().wantsFullLogits).count();
    marked += calls.stream().filter(call -> isMarked(call.sequence())).count();
  }

  private static SchedulingPolicy policy(RandomGenerator random) {
    SchedulingPolicy[] all = SchedulingPolicy.values();
    return all[random.nextInt(all.length)];
  }

  private static FairnessSettings fairness(RandomGenerator random) {
    return FairnessSettings.defaults()
        .withLocalityQuantum(random.nextInt(100))
        .withAgencies(1 + random.nextInt(4), List.of());
  }

  private static boolean isMarked(Sequence sequence) {
    return sequence.marking != null && sequence.marking.marksNext();
  }

  /** Saving is cheaper than computing, or the other way round. */
  private static void vary(KvCosts costs, RandomGenerator random) {
    long nanos = random.nextBoolean() ? 1_000 : 100_000_000;
    for (int i = 0; i < 200; i++) {
      costs.moved(1, nanos);
    }
  }

  private static void disturb(RandomGenerator random, List<Rig.Call> calls) {
    for (Rig.Call call : calls) {
      int what = random.nextInt(60);
      if (what == 0) {
        call.outlet().cancelled = true;
      } else if (what == 1) {
        call.outlet().room = false;
      } else if (what < 20) {
        call.outlet().room = true;
      }
    }
  }

  private static GenerationRequest request(
      RandomGenerator random, List<Rig.Call> earlier, long now) {
    int[] prompt = prompt(random, earlier);
    int maxTokens = 1 + random.nextInt(Math.min(24, SLOT_LENGTH - prompt.length));
    int[] stops = random.nextInt(3) == 0 ? new int[] {random.nextInt(VOCABULARY)} : new int[0];
    long deadline =
        random.nextInt(20) == 0
            ? now + TimeUnit.MILLISECONDS.toNanos(random.nextInt(12))
            : Long.MAX_VALUE;
    int agency = random.nextInt(3);
    PriorityClass[] classes = PriorityClass.values();
    return new GenerationRequest(
        "r" + earlier.size(),
        "agency" + agency,
        agency / 2,
        prompt,
        maxTokens,
        sampling(random),
        stops,
        deadline,
        classes[random.nextInt(classes.length)],
        random.nextInt(3) - 1);
  }

  /** Few different beginnings, earlier prompts cut anywhere, and earlier answers as history. */
  private static int[] prompt(RandomGenerator random, List<Rig.Call> earlier) {
    int[] start = new int[1 + random.nextInt(60)];
    int family = random.nextInt(3);
    for (int i = 0; i < start.length; i++) {
      start[i] = (i * 31 + family * 7) % VOCABULARY;
    }
    if (!earlier.isEmpty() && random.nextInt(3) == 0) {
      Rig.Call turn = earlier.get(random.nextInt(earlier.size()));
      int[] before = turn.request().prompt();
      int[] answer = turn.outlet().tokens.stream().mapToInt(Integer::intValue).toArray();
      start = Arrays.copyOf(before, before.length + answer.length);
      System.arraycopy(answer, 0, start, before.length, answer.length);
    }
    int[] prompt =
        Arrays.copyOf(start, Math.min(SLOT_LENGTH - 1, start.length + random.nextInt(9)));
    for (int i = start.length; i < prompt.length; i++) {
      prompt[i] = random.nextInt(VOCABULARY);
    }
    return prompt;
  }

  private static SamplingParams sampling(RandomGenerator random) {
    boolean penalties = random.nextInt(4) == 0;
    return new SamplingParams(
        random.nextInt(3) == 0 ? 0 : random.nextDouble() * 2,
        random.nextBoolean() ? 0 : 1 + random.nextInt(VOCABULARY),
        random.nextBoolean() ? 1 : 0.05 + 0.95 * random.nextDouble(),
        random.nextInt(3) == 0 ? random.nextDouble() : 0,
        penalties ? 0.5 + random.nextDouble() : 1,
        penalties ? random.nextDouble() * 2 - 1 : 0,
        penalties ? random.nextDouble() * 2 - 1 : 0,
        random.nextLong(),
        random.nextInt(3) - 1,
        random.nextInt(5) > 0 ? LogitBias.NONE : bias(random),
        random.nextInt(3) > 0 ? null : mask(random),
        random.nextBoolean() ? null : watermark(random));
  }

  private static LogitBias bias(RandomGenerator random) {
    boolean lowering = random.nextBoolean();
    Map<Integer, Float> entries = new HashMap<>();
    for (int i = random.nextInt(20); i > 0; i--) {
      float bias = random.nextFloat() * 5;
      entries.put(random.nextInt(VOCABULARY), lowering || random.nextBoolean() ? -bias : bias);
    }
    return LogitBias.of(entries);
  }

  /** Also of so many tokens that candidates leave the choice open. */
  private static TokenMask mask(RandomGenerator random) {
    return TokenMask.of(VOCABULARY, random.ints(random.nextInt(200), 0, VOCABULARY - 1).toArray());
  }

  private static Watermark watermark(RandomGenerator random) {
    return random.nextInt(4) == 0
        ? Watermark.compatible(random.nextLong())
        : Watermark.serving(random.longs(Watermark.SUB_KEYS).toArray(), random.nextLong());
  }

  private void check(Rig.Call call) {
    List<Integer> alone = Rig.alone(call.request(), MODEL, VOCABULARY);
    List<Integer> got = call.outlet().tokens;
    assertThat(call.outlet().ends).as("ends of %s", call.request().id()).isEqualTo(1);
    assertThat(call.outlet().leftQueue).isEqualTo(1);
    if (call.outlet().end != null) {
      finished++;
      assertThat(got).as("answer of %s", call.request().id()).isEqualTo(alone);
    } else {
      assertThat(got).isEqualTo(alone.subList(0, got.size()));
      failed += call.failure() == Kind.ENGINE ? 1 : 0;
      cancelled += call.outlet().cancelled ? 1 : 0;
    }
  }
}
