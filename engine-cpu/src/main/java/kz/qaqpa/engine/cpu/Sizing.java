package kz.qaqpa.engine.cpu;

import java.util.Set;
import java.util.TreeSet;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.cpu.graph.Precision;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * The settings with every 0 and {@code auto} decided.
 *
 * @param blocks how the precision's blocks fit the model's matrices, for a person
 * @param slots KV slots
 * @param slotLength tokens of one slot
 * @param threads threads of the kernels
 * @param kvBytes memory of all slots when every position of them has been used
 */
record Sizing(
    Precision precision, String blocks, int slots, int slotLength, int threads, long kvBytes) {
  private static final int SLOTS = 32;
  private static final int SLOT_LENGTH = 8192;
  private static final int SHORTEST_CHOSEN = 512;

  /** A tensor is handed over as one buffer, which Java limits to 2 GiB. */
  private static final long TENSOR_BYTES = Integer.MAX_VALUE;

  /**
   * Decides.
   *
   * @throws IllegalArgumentException naming the setting that cannot be met
   */
  static Sizing of(EngineSettings settings, LlamaConfig config, Machine machine) {
    Precision precision = Precision.of(settings.precision(), config.parameters());
    long perToken = 2L * config.layers() * config.kvHeads() * config.headDim() * Float.BYTES;
    long share = machine.memoryBytes() / 2;
    int slotLength = slotLength(settings, config, perToken, share);
    int slots = slots(settings, config, precision, slotLength, perToken, machine);
    int threads = settings.threads() == 0 ? machine.cores() : settings.threads();
    long kvBytes = perToken * (slotLength + 1) * slots;
    return new Sizing(precision, blocks(precision, config), slots, slotLength, threads, kvBytes);
  }

  private static int slotLength(
      EngineSettings settings, LlamaConfig config, long perToken, long share) {
    int asked = settings.slotLength();
    if (asked > config.maxPositions()) {
      throw new IllegalArgumentException(
          "engine.slotLength: "
              + asked
              + " (expected: at most the model's context length, "
              + config.maxPositions()
              + ")");
    }
    if (asked > 0) {
      return asked;
    }
    int length = Math.min(config.maxPositions(), SLOT_LENGTH);
    while (length > SHORTEST_CHOSEN && perToken * (length + 1) * 2 > share) {
      length /= 2;
    }
    return length;
  }

  private static int slots(
      EngineSettings settings,
      LlamaConfig config,
      Precision precision,
      int slotLength,
      long perToken,
      Machine machine) {
    long perSlot = perToken * (slotLength + 1);
    long perTensor = perSlot / (2L * config.layers());
    int hidden = precision.evenRows() ? 1 : 0;
    long byTensor = TENSOR_BYTES / perTensor - hidden;
    long byMemory = machine.memoryBytes() / perSlot - hidden;
    long most = Math.min(byTensor, byMemory);
    if (most < 1) {
      throw new IllegalArgumentException(
          "engine.slotLength: "
              + slotLength
              + " (expected: less, one slot would take "
              + mebibytes(perSlot)
              + ", "
              + (byTensor < 1 ? "more than 2 GiB in a layer" : "the machine's memory")
              + ")");
    }
    if (settings.slots() == 0) {
      long bySharing = machine.memoryBytes() / 2 / perSlot;
      return Math.clamp(Math.min(bySharing, most), 1, SLOTS);
    }
    if (settings.slots() > most) {
      throw new IllegalArgumentException(
          "engine.slots: "
              + settings.slots()
              + " (expected: at most "
              + most
              + " of "
              + slotLength
              + " tokens, by "
              + (byTensor < byMemory ? "2 GiB in a layer" : "the machine's memory")
              + ")");
    }
    return settings.slots();
  }

  /** Names the blocks, and the rows that are too short for them. */
  private static String blocks(Precision precision, LlamaConfig config) {
    if (!precision.quantised()) {
      return "";
    }
    StringBuilder text = new StringBuilder(" (block " + precision.block());
    Set<Integer> lengths = new TreeSet<>();
    lengths.add(config.hidden());
    lengths.add(config.heads() * config.headDim());
    lengths.add(config.intermediate());
    for (int length : lengths) {
      int block = precision.blockFor("its matrices", length);
      if (block != precision.block()) {
        text.append(", ").append(block).append(" in rows of ").append(length);
      }
    }
    return text.append(')').toString();
  }

  /** The part of the start-up line that is decided here. */
  @Override
  public String toString() {
    return precision.setting()
        + blocks
        + ", "
        + threads
        + (threads == 1 ? " thread, " : " threads, ")
        + slots
        + (slots == 1 ? " slot of " : " slots of ")
        + slotLength
        + " tokens, KV cache up to "
        + mebibytes(kvBytes);
  }

  private static String mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20) + " MiB";
  }
}
