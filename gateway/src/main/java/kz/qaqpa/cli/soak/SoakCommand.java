package kz.qaqpa.cli.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;

/**
 * {@code ./qaqpa soak}: mixed load with faults against a gateway of its own, and whether memory,
 * threads, files and times stay flat.
 */
public final class SoakCommand {
  private static final String USAGE =
      "usage: ./qaqpa soak [--minutes N | --seconds N] [--users N] [--leaks paranoid|simple|disabled]"
          + " [--seed N] [--model DIR] [--out DIR]";
  private static final Set<String> LEVELS = Set.of("paranoid", "simple", "disabled");

  private SoakCommand() {}

  /**
   * Runs the command.
   *
   * @return exit status: 0 if all was flat and nothing left, 1 if not, 2 after a wrong command line
   */
  public static int run(List<String> args) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    try {
      Options options =
          Options.parse(
              args,
              Set.of("minutes", "seconds", "users", "leaks", "seed", "model", "out"),
              Set.of("help"));
      if (options.has("help")) {
        out.println(USAGE);
        return 0;
      }
      SoakPlan plan = plan(options);
      SoakReport report = new SoakRun(plan, err).run();
      Path file = plan.folder().resolve("soak.json");
      report.write(file);
      out.println(report.table());
      report.leaks().forEach(out::println);
      out.println("figures: " + file + ", log: " + plan.folder().resolve("gateway.log"));
      return report.problems().isEmpty() ? 0 : 1;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (IOException | ServerError e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  private static SoakPlan plan(Options options) {
    Path root = Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
    int minutes = options.number("minutes", 30, 1, 7 * 24 * 60);
    int seconds = options.number("seconds", 60 * minutes, 4, 7 * 24 * 3600);
    String leaks = options.get("leaks", "paranoid");
    if (!LEVELS.contains(leaks)) {
      throw new IllegalArgumentException(
          "--leaks: " + leaks + " (expected: paranoid, simple or disabled)");
    }
    return new SoakPlan(
        root,
        options.path("model", root.resolve("config/models/kaz-mini")),
        options.path("out", root.resolve("target/soak")),
        Duration.ofSeconds(seconds),
        options.number("users", 12, 1, 1000),
        leaks,
        options.number(
            "seed", ThreadLocalRandom.current().nextInt(1, 1_000_000), 0, Integer.MAX_VALUE));
  }
}
