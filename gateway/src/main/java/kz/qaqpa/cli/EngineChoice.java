package kz.qaqpa.cli;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineProvider.Availability;

/**
 * Which engine serves, and why.
 *
 * @param provider the engine's provider
 * @param reason one line for a person
 */
record EngineChoice(EngineProvider provider, String reason) {

  /** Chooses among those on the class path whose answers are not made up. */
  static EngineChoice find(String wanted) {
    return find(wanted, false);
  }

  /** Chooses among those on the class path. */
  static EngineChoice find(String wanted, boolean allowSynthetic) {
    return choose(
        wanted,
        allowSynthetic,
        ServiceLoader.load(EngineProvider.class).stream().map(p -> p.get()).toList());
  }

  /**
   * Chooses the named engine, or for {@code auto} the preferred one that works here and does not
   * make up its answers.
   *
   * @param allowSynthetic whether a named one may make up its answers
   * @throws IllegalStateException if there is none; the message says why for each
   */
  static EngineChoice choose(
      String wanted, boolean allowSynthetic, List<EngineProvider> providers) {
    List<EngineProvider> ranked =
        providers.stream()
            .sorted(Comparator.comparingInt(EngineProvider::preference).reversed())
            .toList();
    return wanted.equals("auto")
        ? preferred(ranked.stream().filter(provider -> !provider.isSynthetic()).toList())
        : named(wanted, allowSynthetic, ranked);
  }

  /** What the model of a folder is called under this engine. */
  String modelId(Path folder) {
    return provider.isSynthetic() ? provider.name() : ModelLoader.id(folder);
  }

  /**
   * Refuses a precision that the engine has not.
   *
   * @throws IllegalArgumentException naming those that it has
   */
  EngineChoice requiring(String precision) {
    if (!provider.precisions().contains(precision)) {
      throw new IllegalArgumentException(
          "engine.precision: "
              + precision
              + " (expected: one of "
              + provider.precisions().stream().sorted().toList()
              + ", which engine "
              + provider.name()
              + " has)");
    }
    return this;
  }

  private static EngineChoice preferred(List<EngineProvider> ranked) {
    StringBuilder passed = new StringBuilder();
    for (EngineProvider provider : ranked) {
      Availability availability = provider.availability();
      String line = provider.name() + ": " + availability.detail();
      if (availability.available()) {
        return new EngineChoice(provider, "engine " + line + passed);
      }
      passed.append("; ").append(line);
    }
    throw new IllegalStateException("no engine works on this machine" + passed);
  }

  private static EngineChoice named(
      String wanted, boolean allowSynthetic, List<EngineProvider> ranked) {
    Optional<EngineProvider> found =
        ranked.stream().filter(provider -> provider.name().equals(wanted)).findFirst();
    EngineProvider provider =
        found.orElseThrow(() ->
            new IllegalStateException(
                "server.engine: "
                    + wanted
                    + " (expected: auto"
                    + ranked.stream().map(p -> " or " + p.name()).collect(Collectors.joining())
                    + ")"));
    if (provider.isSynthetic() && !allowSynthetic) {
      throw new IllegalStateException(
          "server.engine: "
              + wanted
              + " (expected: an engine with a model; this one makes up its answers and needs"
              + " --allow-synthetic on the command line of serve)");
    }
    Availability availability = provider.availability();
    if (!availability.available()) {
      throw new IllegalStateException("engine " + wanted + ": " + availability.detail());
    }
    return new EngineChoice(provider, "engine " + wanted + ": " + availability.detail());
  }
}
