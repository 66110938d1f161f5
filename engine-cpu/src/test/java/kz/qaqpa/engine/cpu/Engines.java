package kz.qaqpa.engine.cpu;

import java.nio.file.Path;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;

/** Opens engines and drives them by hand. */
final class Engines {
  private Engines() {}

  /** The model that the project ships. */
  static Path shippedModel() {
    return Path.of(System.getProperty("qaqpa.root", ".."), "config", "models", "kaz-mini");
  }

  /** One cache folder for all tests of a run, so that each graph is made once. */
  static Path cacheFolder() {
    return Path.of("target", "engine-cache").toAbsolutePath();
  }

  static LoadedEngine open(Path model, String precision, int slots, int slotLength, int threads) {
    EngineSettings settings =
        new EngineSettings(precision, slots, slotLength, threads, cacheFolder());
    return new CpuEngineProvider().open(model, settings, line -> {});
  }
}
