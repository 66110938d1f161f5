package kz.qaqpa.engine.synthetic;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.SyntheticSettings;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.ModelDigest;

/** Opens an engine that has a model's tokenizer and sizes, and nothing of its weights. */
public final class SyntheticEngineProvider implements EngineProvider {
  static final int SLOTS = 1024;
  private static final int GRID = 64;

  /** Enough for a prompt of any length beside one token of each slot. */
  private static final int PROMPT_TOKENS = 1 << 15;

  /** For {@link java.util.ServiceLoader}. */
  public SyntheticEngineProvider() {}

  @Override
  public String name() {
    return "synthetic";
  }

  /** Below all that compute. */
  @Override
  public int preference() {
    return -1;
  }

  @Override
  public boolean isSynthetic() {
    return true;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "answers by a seed, for load tests");
  }

  @Override
  public Set<String> precisions() {
    return Set.of("auto");
  }

  /**
   * As {@link EngineProvider#open}; {@code engine.slots} of 0 are 1,024, and a slot may be longer
   * than the model's context.
   */
  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    LlamaConfig config = LlamaConfig.read(model);
    SyntheticSettings synthetic = settings.synthetic();
    int slots = settings.slots() == 0 ? SLOTS : settings.slots();
    EngineShape shape =
        new EngineShape(
            config.vocabulary(),
            slots,
            settings.slotLength() == 0 ? config.maxPositions() : settings.slotLength(),
            slots + PROMPT_TOKENS,
            GRID,
            config.layers(),
            config.kvHeads(),
            config.headDim(),
            "none");
    SyntheticEngine engine = new SyntheticEngine(shape, Words.read(model, config), synthetic);
    String digest =
        "synthetic:seed-" + synthetic.seed() + ":" + ModelDigest.of(model, settings.cacheFolder());
    return new LoadedEngine(engine, digest, description(shape, synthetic));
  }

  private static String description(EngineShape shape, SyntheticSettings synthetic) {
    return "answers of seed "
        + synthetic.seed()
        + " without a meaning, steps of "
        + synthetic.stepMicros()
        + " us, "
        + synthetic.rowMicros()
        + " a row and "
        + synthetic.promptTokenMicros()
        + " a token of a prompt, "
        + shape.slots()
        + " slots of "
        + shape.slotLength()
        + " tokens";
  }
}
