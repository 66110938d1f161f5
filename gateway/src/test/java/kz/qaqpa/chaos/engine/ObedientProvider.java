package kz.qaqpa.chaos.engine;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.fixture.EngineProviders;

/** Engine {@code obedient}: the one for CPUs, which takes {@link Orders}. */
public final class ObedientProvider implements EngineProvider {
  /** Its name in settings. */
  public static final String NAME = "obedient";

  /** For {@link ServiceLoader}. */
  public ObedientProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int preference() {
    return Integer.MIN_VALUE;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "takes orders");
  }

  @Override
  public Set<String> precisions() {
    return EngineProviders.named("cpu").precisions();
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    LoadedEngine cpu = EngineProviders.named("cpu").open(model, settings, progress);
    return new LoadedEngine(
        new ObedientEngine(cpu.engine(), Orders.ofThisProcess()),
        cpu.modelDigest(),
        cpu.description(),
        cpu.gauges());
  }
}
