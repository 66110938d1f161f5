package kz.qaqpa.engine.trt.memory;

import java.util.Locale;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.step.Buckets;

/**
 * The settings with every 0 and {@code auto} decided.
 *
 * @param slots KV slots
 * @param maxBatch rows that the network is built for, at least the slots: a round number, so that a
 *     plan fits although the memory that is free was not the same at each start
 * @param slotLength tokens of a slot
 * @param capacity positions of a slot, the spare one included
 * @param stepTokens tokens of a step, without those of slots that take no part
 * @param budget memory it takes
 */
public record Sizing(
    Precision precision,
    int slots,
    int maxBatch,
    int slotLength,
    int capacity,
    int stepTokens,
    MemoryBudget budget) {
  /** Beyond, a step on the largest GPUs takes longer than a reader waits for a word. */
  public static final int MOST_CHOSEN = 128;

  private static final int LONGEST_CHOSEN = 8192;
  private static final int SHORTEST_CHOSEN = 512;

  /** A model that gets fewer slots than this gets shorter ones instead. */
  private static final int FEWEST_CHOSEN = 4;

  /** Tokens of a step: what keeps the tensor cores busy; a longer one delays answers under way. */
  private static final int STEP_TOKENS = 2048;

  /** Positions are padded to whole tiles of the attention kernels. */
  private static final int TILE = 64;

  /**
   * Decides.
   *
   * @param memory of the device, measured now
   * @param mostSlots that are chosen where the settings name none
   * @throws IllegalArgumentException naming the setting that cannot be met, with the arithmetic
   */
  public static Sizing of(
      EngineSettings settings, LlamaConfig config, Device.Memory memory, int mostSlots) {
    Precision precision = precision("engine.precision", settings.precision());
    int asked = settings.slotLength();
    if (asked > config.maxPositions()) {
      throw new IllegalArgumentException(
          "engine.slotLength: "
              + asked
              + " (expected: at most the model's context length, "
              + config.maxPositions()
              + ")");
    }
    int length = asked == 0 ? Math.min(config.maxPositions(), LONGEST_CHOSEN) : asked;
    int wanted = settings.slots() == 0 ? Math.min(FEWEST_CHOSEN, mostSlots) : settings.slots();
    int most = settings.slots() == 0 ? mostSlots : settings.slots();
    int rows = Buckets.atLeast(most);
    while (asked == 0
        && length / 2 >= SHORTEST_CHOSEN
        && budget(config, precision, rows, length).slots(memory.freeBytes(), memory.totalBytes())
            < wanted) {
      length /= 2;
    }
    return fitting(settings, config, precision, length, memory, most);
  }

  private static Sizing fitting(
      EngineSettings settings,
      LlamaConfig config,
      Precision precision,
      int length,
      Device.Memory memory,
      int wanted) {
    MemoryBudget budget = budget(config, precision, Buckets.atLeast(wanted), length);
    long most = budget.slots(memory.freeBytes(), memory.totalBytes());
    if (most < Math.max(1, settings.slots())) {
      throw new IllegalArgumentException(
          (settings.slots() == 0
                  ? "engine.slotLength: " + length + " (expected: less, or a smaller model"
                  : "engine.slots: " + settings.slots() + " (expected: at most " + most)
              + ", by the GPU's memory: "
              + budget.arithmetic(memory.freeBytes(), memory.totalBytes())
              + ")");
    }
    return given(config, precision, (int) Math.min(most, wanted), length);
  }

  /** Sizes given, nothing measured: for compiling, and for tables. */
  public static Sizing given(LlamaConfig config, Precision precision, int slots, int slotLength) {
    int maxBatch = Buckets.atLeast(slots);
    return new Sizing(
        precision,
        slots,
        maxBatch,
        slotLength,
        capacity(slotLength),
        STEP_TOKENS,
        budget(config, precision, maxBatch, slotLength));
  }

  private static MemoryBudget budget(
      LlamaConfig config, Precision precision, int rows, int slotLength) {
    return MemoryBudget.of(config, precision, rows, capacity(slotLength), STEP_TOKENS);
  }

  private static int capacity(int slotLength) {
    return Math.ceilDiv(slotLength + 1, TILE) * TILE;
  }

  /**
   * Reads a precision; {@code auto} is bf16.
   *
   * @param name what messages call it
   * @throws IllegalArgumentException naming the value
   */
  public static Precision precision(String name, String setting) {
    return switch (setting) {
      case "auto", "bf16" -> Precision.BF16;
      case "fp8" -> Precision.FP8;
      case "f32" -> Precision.F32;
      default ->
          throw new IllegalArgumentException(
              name + ": " + setting + " (expected: auto, bf16, fp8 or f32)");
    };
  }

  /**
   * Checks a plan's own demand against memory as it is now.
   *
   * @throws IllegalArgumentException with the arithmetic if it does not fit
   */
  public Sizing withScratch(long bytes, Device.Memory memory) {
    MemoryBudget real = budget.withScratch(bytes);
    if (real.slots(memory.freeBytes(), memory.totalBytes()) < slots) {
      throw new IllegalArgumentException(
          "engine.slots: "
              + slots
              + " (expected: at most "
              + real.slots(memory.freeBytes(), memory.totalBytes())
              + ", by the GPU's memory: "
              + real.arithmetic(memory.freeBytes(), memory.totalBytes())
              + ")");
    }
    return new Sizing(precision, slots, maxBatch, slotLength, capacity, stepTokens, real);
  }

  /** Most tokens of a step's network: dummies of all slots beside the plan's own. */
  public int networkTokens() {
    return stepTokens + maxBatch;
  }

  /** The part of the start-up line that is decided here. */
  @Override
  public String toString() {
    return precision.name().toLowerCase(Locale.ROOT)
        + ", "
        + slots
        + (slots == 1 ? " slot of " : " slots of ")
        + slotLength
        + " tokens, "
        + MemoryBudget.mebibytes(budget.total(slots))
        + " MiB of GPU memory";
  }
}
