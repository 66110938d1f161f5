package kz.qaqpa.batching;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Sizes and limits of one {@link BatchingEngine}.
 *
 * @param queueRequests most requests that wait for a slot, 1 to 1,000,000; more are refused
 * @param queueTokens most prompt tokens that wait for a slot, at least 1; a longer prompt alone is
 *     still taken while nothing else waits
 * @param stepTokens tokens that one step should carry, at least 1: decode rows come first, the rest
 *     goes to chunks of prompts. Small keeps running streams even, large reads prompts faster; one
 *     cell of the prefill grid is always granted, or no prompt would ever be read beside many
 *     streams
 * @param interTokenLatency most time between two tokens of a running answer, 0 to 1 h: while
 *     prompts are read, steps have only as many cells of them as fit, see {@link
 *     kz.qaqpa.batching.pace.StepPace}. 0: twice what a step takes without prompts, or that and one
 *     cell
 * @param stallTimeout how long a consumer may leave its full ring unread before its request fails
 *     as {@link GenerationFailure.Kind#SLOW_CONSUMER}, 1 ms to 1 h
 * @param streamRing events that a stream holds for its consumer, 8 to 65,536, a power of two
 * @param commandRing requests handed over and not yet seen by the step loop, 8 to 65,536, a power
 *     of two
 * @param reuseDecodedPrefixes whether the KV of generated tokens serves as a prefix of later
 *     prompts (a conversation's next turn). It was computed by decode and not by prefill, so the
 *     reuse is not equal bit for bit to reading the prompt anew
 * @param closeTimeout how long {@link BatchingEngine#close()} waits for the step under way, 1 ms to
 *     1 h
 * @param policy who of those that wait is next
 * @param fairness what service costs, and how it is shared out
 * @param hostCache what is kept of KV in host memory
 * @param preemption when a request that runs gives its slot to one that waits
 */
public record BatchingSettings(
    int queueRequests,
    int queueTokens,
    int stepTokens,
    Duration interTokenLatency,
    Duration stallTimeout,
    int streamRing,
    int commandRing,
    boolean reuseDecodedPrefixes,
    Duration closeTimeout,
    SchedulingPolicy policy,
    FairnessSettings fairness,
    HostCacheSettings hostCache,
    PreemptionSettings preemption) {

  /** Checks ranges. */
  public BatchingSettings {
    requireRange("batching.queueRequests", queueRequests, 1, 1_000_000);
    requireRange("batching.queueTokens", queueTokens, 1, Integer.MAX_VALUE);
    requireRange("batching.stepTokens", stepTokens, 1, 1 << 20);
    requireLatency("batching.interTokenLatency", interTokenLatency);
    requireDuration("batching.stallTimeout", stallTimeout);
    requirePowerOfTwo("batching.streamRing", streamRing);
    requirePowerOfTwo("batching.commandRing", commandRing);
    requireDuration("batching.closeTimeout", closeTimeout);
  }

  /** What a server starts with. */
  public static BatchingSettings defaults() {
    return new BatchingSettings(
        1024,
        1 << 20,
        256,
        Duration.ZERO,
        Duration.ofSeconds(30),
        256,
        1024,
        true,
        Duration.ofSeconds(10),
        SchedulingPolicy.FAIR,
        FairnessSettings.defaults(),
        HostCacheSettings.defaults(),
        PreemptionSettings.defaults());
  }

  /** The same with other queue limits. */
  public BatchingSettings withQueue(int requests, int tokens) {
    return with(draft -> {
      draft.queueRequests = requests;
      draft.queueTokens = tokens;
    });
  }

  /** The same with another token budget of a step. */
  public BatchingSettings withStepTokens(int tokens) {
    return with(draft -> draft.stepTokens = tokens);
  }

  /** The same with another bound of the time between two tokens. */
  public BatchingSettings withInterTokenLatency(Duration most) {
    return with(draft -> draft.interTokenLatency = most);
  }

  /** The same with another patience for slow consumers, and rings of another size. */
  public BatchingSettings withStreams(Duration timeout, int ring) {
    return with(draft -> {
      draft.stallTimeout = timeout;
      draft.streamRing = ring;
    });
  }

  /** The same, reusing the KV of generated tokens or not. */
  public BatchingSettings withReuseDecodedPrefixes(boolean reuse) {
    return with(draft -> draft.reuseDecodedPrefixes = reuse);
  }

  /** The same with another order of those that wait. */
  public BatchingSettings withPolicy(SchedulingPolicy other, FairnessSettings shares) {
    return with(draft -> {
      draft.policy = other;
      draft.fairness = shares;
    });
  }

  /** The same with another second tier of the cache, and other rules of preemption. */
  public BatchingSettings withTiers(HostCacheSettings cache, PreemptionSettings rules) {
    return with(draft -> {
      draft.hostCache = cache;
      draft.preemption = rules;
    });
  }

  private BatchingSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** All of it, to be changed before it is a record again. */
  private static final class Draft {
    int queueRequests;
    int queueTokens;
    int stepTokens;
    Duration interTokenLatency;
    Duration stallTimeout;
    int streamRing;
    int commandRing;
    boolean reuseDecodedPrefixes;
    Duration closeTimeout;
    SchedulingPolicy policy;
    FairnessSettings fairness;
    HostCacheSettings hostCache;
    PreemptionSettings preemption;

    Draft(BatchingSettings of) {
      queueRequests = of.queueRequests;
      queueTokens = of.queueTokens;
      stepTokens = of.stepTokens;
      interTokenLatency = of.interTokenLatency;
      stallTimeout = of.stallTimeout;
      streamRing = of.streamRing;
      commandRing = of.commandRing;
      reuseDecodedPrefixes = of.reuseDecodedPrefixes;
      closeTimeout = of.closeTimeout;
      policy = of.policy;
      fairness = of.fairness;
      hostCache = of.hostCache;
      preemption = of.preemption;
    }

    BatchingSettings settings() {
      return new BatchingSettings(
          queueRequests,
          queueTokens,
          stepTokens,
          interTokenLatency,
          stallTimeout,
          streamRing,
          commandRing,
          reuseDecodedPrefixes,
          closeTimeout,
          policy,
          fairness,
          hostCache,
          preemption);
    }
  }

  private static void requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }

  private static void requirePowerOfTwo(String name, int value) {
    if (value < 8 || value > 65_536 || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: a power of two, 8 to 65536)");
    }
  }

  private static void requireLatency(String name, Duration value) {
    if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0 s to 1 h)");
    }
  }

  private static void requireDuration(String name, Duration value) {
    if (value.compareTo(Duration.ofMillis(1)) < 0 || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 ms to 1 h)");
    }
  }
}
