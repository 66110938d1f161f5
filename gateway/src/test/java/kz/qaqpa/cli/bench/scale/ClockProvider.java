package kz.qaqpa.cli.bench.scale;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.SyntheticSettings;
import kz.qaqpa.fixture.EngineProviders;

/** Engine {@code clock}: the synthetic one at an even pace, whose tokens are {@link ClockWords}. */
public final class ClockProvider implements EngineProvider {
  /** Its name in settings. */
  static final String NAME = "clock";

  /** For {@link ServiceLoader}. */
  public ClockProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int preference() {
    return Integer.MIN_VALUE;
  }

  @Override
  public boolean isSynthetic() {
    return true;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "tells the time");
  }

  @Override
  public Set<String> precisions() {
    return EngineProviders.named("synthetic").precisions();
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    EngineSettings free =
        new EngineSettings(
            settings.precision(),
            settings.slots(),
            settings.slotLength(),
            settings.threads(),
            settings.cacheFolder(),
            settings.plan(),
            SyntheticSettings.FREE);
    LoadedEngine inner = EngineProviders.named("synthetic").open(model, free, progress);
    return new LoadedEngine(
        new ClockEngine(
            inner.engine(),
            ClockWords.read(model),
            (long) (1e3 * settings.synthetic().stepMicros())),
        inner.modelDigest(),
        "steps at an even pace that tell the time");
  }
}
