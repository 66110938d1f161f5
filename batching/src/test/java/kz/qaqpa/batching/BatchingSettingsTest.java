package kz.qaqpa.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class BatchingSettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static BatchingSettings settings(
      int queue, int tokens, int step, Duration stall, int stream, int ring, Duration close) {
    return new BatchingSettings(queue, tokens, step, stall, stream, ring, true, close);
  }

  @Test
  void defaultsAndNamesArePinned() {
    assertThat(BatchingSettings.defaults())
        .isEqualTo(
            new BatchingSettings(
                1024,
                1_048_576,
                256,
                Duration.ofSeconds(30),
                256,
                1024,
                true,
                Duration.ofSeconds(10)));
    assertThat(Arrays.stream(BatchingSettings.class.getRecordComponents()).map(c -> c.getName()))
        .containsExactly(
            "queueRequests",
            "queueTokens",
            "stepTokens",
            "stallTimeout",
            "streamRing",
            "commandRing",
            "reuseDecodedPrefixes",
            "closeTimeout");
  }

  @Test
  void everyBadValueIsNamed() {
    refuses(
        () -> settings(0, 1, 1, SECOND, 8, 8, SECOND), "batching.queueRequests: 0 (expected: 1");
    refuses(() -> settings(1, 0, 1, SECOND, 8, 8, SECOND), "batching.queueTokens: 0 (expected: 1");
    refuses(() -> settings(1, 1, 0, SECOND, 8, 8, SECOND), "batching.stepTokens: 0 (expected: 1");
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

  private static void refuses(Supplier<BatchingSettings> maker, String message) {
    assertThatThrownBy(maker::get)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
