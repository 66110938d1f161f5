package kz.qaqpa.chaos.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;

/** Engine {@code obedient}: the one for CPUs, which takes {@link Orders}. */
public final class ObedientProvider implements EngineProvider {
  /** Its name in settings. */
  public static final String NAME = "obedient";

  /** For {@link ServiceLoader}. */
  public ObedientProvider() {}

  /**
   * Announces it to a process that has this folder on its class path; no other knows of it.
   *
   * @return the folder
   */
  public static Path announce(Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(EngineProvider.class.getName()), ObedientProvider.class.getName() + "\n");
    return folder;
  }

  private static EngineProvider cpu() {
    return ServiceLoader.load(EngineProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.name().equals("cpu"))
        .findFirst()
        .orElseThrow();
  }

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
    return cpu().precisions();
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    LoadedEngine cpu = cpu().open(model, settings, progress);
    return new LoadedEngine(
        new ObedientEngine(cpu.engine(), Orders.ofThisProcess()),
        cpu.modelDigest(),
        cpu.description(),
        cpu.gauges());
  }
}
