package kz.qaqpa.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineTool;

/**
 * {@code ./qaqpa engine list}, {@code ./qaqpa engine install NAME}, and the commands that engines
 * bring themselves.
 */
public final class EngineCommand {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final String USAGE =
      """
      usage: ./qaqpa engine list
             ./qaqpa engine install trt [--jars DIR]\
      """;

  private EngineCommand() {}

  /**
   * Runs {@code ./qaqpa engine …}.
   *
   * @return exit status: 1 if it failed, 2 for wrong arguments
   */
  public static int run(List<String> args) {
    return run(args, System.getenv(), System.out, System.err);
  }

  static int run(
      List<String> args, Map<String, String> environment, PrintStream out, PrintStream err) {
    if (args.equals(List.of("list"))) {
      list(out);
      return DONE;
    }
    if (args.size() >= 2 && args.getFirst().equals("install")) {
      String name = "install " + args.get(1);
      return tool(name, args.subList(2, args.size()), environment, out, err);
    }
    err.println(USAGE);
    return MISUSED;
  }

  private static void list(PrintStream out) {
    ServiceLoader.load(EngineProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(EngineProvider::preference).reversed())
        .forEach(
            provider -> out.println(provider.name() + ": " + provider.availability().detail()));
  }

  /** Runs a command of an engine's: {@code ./qaqpa NAME …}. */
  public static int runTool(String name, List<String> args) {
    return tool(name, args, System.getenv(), System.out, System.err);
  }

  static int tool(
      String name,
      List<String> args,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    Optional<EngineTool> tool =
        ServiceLoader.load(EngineTool.class).stream()
            .map(provider -> provider.get())
            .filter(candidate -> candidate.name().equals(name))
            .findFirst();
    if (tool.isEmpty()) {
      err.println("engine " + name + ": no engine of this build has it");
      return MISUSED;
    }
    Path root = Path.of(System.getProperty("qaqpa.root", "."));
    List<String> left = new ArrayList<>(args);
    int option = left.indexOf("--config");
    Path config = root.resolve("config");
    if (option >= 0 && option + 1 < left.size()) {
      config = Path.of(left.remove(option + 1));
      left.remove(option);
    }
    try {
      EngineSettings settings =
          ConfigLoader.load(config, environment).bind("engine", EngineSettings.class);
      return tool.get().run(left, settings, out, err);
    } catch (ConfigException e) {
      err.println(name + ": " + e.getMessage());
      return FAILED;
    }
  }
}
