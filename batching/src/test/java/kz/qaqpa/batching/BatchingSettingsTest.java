package kz.qaqpa.batching;

import static kz.qaqpa.batching.SchedulingPolicy.FAIR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import kz.qaqpa.batching.FairnessSettings.AgencyWeight;
import org.junit.jupiter.api.Test;

class BatchingSettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static BatchingSettings settings(
      int queue, int tokens, int step, Duration stall, int stream, int ring, Duration close) {
    return new BatchingSettings(
        queue,
        tokens,
        step,
        Duration.ZERO,
        stall,
        stream,
        ring,
        true,
        close,
        FAIR,
        FairnessSettings.defaults(),
        HostCacheSettings.defaults(),
        PreemptionSettings.defaults());
  }

  @Test
  void defaultsAndNamesArePinned() {
    assertThat(BatchingSettings.defaults())
        .isEqualTo(
            new BatchingSettings(
                1024,
                1_048_576,
                256,
                Duration.ZERO,
                Duration.ofSeconds(30),
                256,
                1024,
                true,
                Duration.ofSeconds(10),
                FAIR,
                new FairnessSettings(1, 2, 0.1, 0.10, 0.05, 2_048, 4_096, List.of()),
                new HostCacheSettings(268_435_456, 16, 0.5),
                new PreemptionSettings(true, 8_192, 3, Duration.ofMillis(50))));
    assertThat(Arrays.stream(BatchingSettings.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactly(
            "queueRequests",
            "queueTokens",
            "stepTokens",
            "interTokenLatency",
            "stallTimeout",
            "streamRing",
            "commandRing",
            "reuseDecodedPrefixes",
            "closeTimeout",
            "policy",
            "fairness",
            "hostCache",
            "preemption");
    assertThat(Arrays.stream(HostCacheSettings.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactly("bytes", "blocksPerStep", "reservedShare");
    assertThat(Arrays.stream(PreemptionSettings.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactly("enabled", "deficit", "mostTimes", "interval");
    assertThat(Arrays.stream(FairnessSettings.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactly(
            "promptWeight",
            "outputWeight",
            "cachedWeight",
            "interactiveShare",
            "batchShare",
            "localityQuantum",
            "rememberedAgencies",
            "agencyWeights");
    assertThat(SchedulingPolicy.values())
        .extracting(policy -> policy.name().toLowerCase(Locale.ROOT))
        .containsExactly("fair", "fcfs", "priority", "vtc");
  }

  @Test
  void everyBadValueIsNamed() {
    refuses(
        () -> settings(0, 1, 1, SECOND, 8, 8, SECOND), "batching.queueRequests: 0 (expected: 1");
    refuses(() -> settings(1, 0, 1, SECOND, 8, 8, SECOND), "batching.queueTokens: 0 (expected: 1");
    refuses(() -> settings(1, 1, 0, SECOND, 8, 8, SECOND), "batching.stepTokens: 0 (expected: 1");
    refuses(
        () -> BatchingSettings.defaults().withInterTokenLatency(Duration.ofHours(2)),
        "batching.interTokenLatency: PT2H (expected: 0 s to 1 h)");
    refuses(
        () -> settings(1, 1, 1, Duration.ZERO, 8, 8, SECOND),
        "batching.stallTimeout: PT0S (expected: 1 ms to 1 h)");
    refuses(
        () -> settings(1, 1, 1, SECOND, 100, 8, SECOND),
        "batching.streamRing: 100 (expected: a power of two, 8 to 65536)");
    refuses(
        () -> settings(1, 1, 1, SECOND, 8, 4, SECOND),
        "batching.commandRing: 4 (expected: a power of two, 8 to 65536)");
    refuses(
        () -> settings(1, 1, 1, SECOND, 8, 8, Duration.ofHours(2)),
        "batching.closeTimeout: PT2H (expected: 1 ms to 1 h)");
  }

  @Test
  void everyBadValueOfFairnessIsNamed() {
    refuses(() -> fairness(0, 2, 0, 0, 0), "fairness.promptWeight: 0.0 (expected: above 0");
    refuses(() -> fairness(1, Double.NaN, 0, 0, 0), "fairness.outputWeight: NaN (expected: above");
    refuses(() -> fairness(1, 2, -1, 0, 0), "fairness.cachedWeight: -1.0 (expected: 0 to 1000)");
    refuses(() -> fairness(1, 2, 0, 1, 0), "fairness.interactiveShare: 1.0 (expected: 0 to below");
    refuses(() -> fairness(1, 2, 0, 0, -0.1), "fairness.batchShare: -0.1 (expected: 0 to below 1)");
    refuses(
        () -> fairness(1, 2, 0, 0.5, 0.5),
        "fairness.batchShare: 0.5 (expected: less than 1 together with interactiveShare, 0.5)");
    refuses(
        () -> FairnessSettings.defaults().withLocalityQuantum(-1),
        "fairness.localityQuantum: -1 (expected: 0 to 16777216)");
    refuses(
        () -> FairnessSettings.defaults().withAgencies(0, List.of()),
        "fairness.rememberedAgencies: 0 (expected: 1 to 1000000)");
    refuses(() -> new AgencyWeight("a", 0), "fairness.weight: 0.0 (expected: above 0");
    refuses(
        () ->
            FairnessSettings.defaults()
                .withAgencies(1, List.of(new AgencyWeight("a", 1), new AgencyWeight("a", 2))),
        "fairness.agencyWeights: a twice (expected: each agency once)");
  }

  @Test
  void everyBadValueOfTheTiersIsNamed() {
    refuses(() -> new HostCacheSettings(-1, 1, 1), "hostCache.bytes: -1 (expected: 0 to 70368744");
    refuses(
        () -> new HostCacheSettings(0, 0, 1), "hostCache.blocksPerStep: 0 (expected: 1 to 4096)");
    refuses(
        () -> new HostCacheSettings(0, 1, 1.5), "hostCache.reservedShare: 1.5 (expected: 0 to 1)");
    refuses(
        () -> new PreemptionSettings(true, 0, 1, SECOND),
        "preemption.deficit: 0 (expected: 1 to 16777216)");
    refuses(
        () -> new PreemptionSettings(true, 1, 0, SECOND),
        "preemption.mostTimes: 0 (expected: 1 to 100)");
    refuses(
        () -> new PreemptionSettings(true, 1, 1, SECOND.negated()),
        "preemption.interval: PT-1S (expected: 0 to 1 h)");
  }

  private static FairnessSettings fairness(
      double prompt, double output, double cached, double interactive, double batch) {
    return new FairnessSettings(prompt, output, cached, interactive, batch, 0, 1, List.of());
  }

  private static void refuses(Supplier<?> maker, String message) {
    assertThatThrownBy(maker::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
