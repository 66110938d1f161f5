package kz.qaqpa.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchRun;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;

/** {@code ./qaqpa bench}: measures this machine and prints a table. */
public final class BenchCommand {
  static final String USAGE =
      "usage: ./qaqpa bench [--quick] [--model DIR] [--config DIR] [--out DIR]";

  private BenchCommand() {}

  /**
   * Runs the command.
   *
   * @return exit status: 0, 1 if something could not be measured, 2 after a wrong command line
   */
  public static int run(List<String> args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    try {
      Options options =
          Options.parse(args, Set.of("model", "config", "out"), Set.of("quick", "help"));
      if (options.has("help")) {
        out.println(USAGE);
        return 0;
      }
      Path root = Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
      Path model = path(options, "model", root.resolve("config/models/kaz-mini"));
      Path config = path(options, "config", root.resolve("config"));
      Path folder = path(options, "out", root.resolve("target/bench"));
      BenchRun.Plan plan =
          options.has("quick")
              ? BenchRun.Plan.quick(root, model, config, folder)
              : BenchRun.Plan.full(root, model, config, folder);
      out.println(new BenchRun(plan, err).measure());
      out.println("figures and logs: " + folder);
      return 0;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (IOException | ServerError e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  private static Path path(Options options, String name, Path otherwise) {
    String given = options.get(name);
    return given == null ? otherwise : Path.of(given).toAbsolutePath();
  }
}
