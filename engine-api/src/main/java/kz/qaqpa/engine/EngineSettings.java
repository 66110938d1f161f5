package kz.qaqpa.engine;

import java.nio.file.Path;
import java.util.Set;

/**
 * What an engine is told when it opens a model.
 *
 * @param precision {@code auto}, or one of {@link EngineProvider#precisions()} of the engine in use
 * @param slots KV slots, 0 to 65,536; 0 lets the engine choose from the memory it finds
 * @param slotLength tokens of one slot; 0 takes the model's context length
 * @param threads threads of the engine's kernels; 0 takes the physical cores
 * @param cacheFolder where the engine may keep files derived from a model; made when needed
 * @param plan file of a compiled model to use instead of one in the cache folder; empty for none
 * @param synthetic what the synthetic engine pretends; no other engine looks at it
 */
public record EngineSettings(
    String precision,
    int slots,
    int slotLength,
    int threads,
    Path cacheFolder,
    String plan,
    SyntheticSettings synthetic) {

  /** The precisions that there are; no engine has all of them. */
  public static final Set<String> PRECISIONS =
      Set.of("auto", "f32", "int8", "int8-fast", "int4", "bf16", "fp8");

  /** Checks ranges. */
  public EngineSettings {
    if (!PRECISIONS.contains(precision)) {
      throw new IllegalArgumentException(
          "engine.precision: "
              + precision
              + " (expected: one of "
              + PRECISIONS.stream().sorted().toList()
              + ")");
    }
    requireRange("engine.slots", slots, 0, 1 << 16);
    requireRange("engine.slotLength", slotLength, 0, 1 << 20);
    requireRange("engine.threads", threads, 0, 1024);
  }

  /** Settings that name no compiled model, and pretend nothing. */
  public EngineSettings(
      String precision, int slots, int slotLength, int threads, Path cacheFolder) {
    this(precision, slots, slotLength, threads, cacheFolder, "", SyntheticSettings.FREE);
  }

  /** The same with other sizes. */
  public EngineSettings sized(String precision, int slots, int slotLength, int threads) {
    return new EngineSettings(precision, slots, slotLength, threads, cacheFolder, plan, synthetic);
  }

  private static void requireRange(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }
}
