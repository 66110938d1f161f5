package kz.qaqpa.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchRun;
import kz.qaqpa.cli.bench.overload.OverloadBench;
import kz.qaqpa.cli.bench.overload.OverloadReport;
import kz.qaqpa.cli.bench.peers.PeersCommand;
import kz.qaqpa.cli.bench.scrape.ScrapeBench;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;

/** {@code ./qaqpa bench}: measures this machine and prints a table. */
public final class BenchCommand {
  static final String USAGE =
      """
      usage: ./qaqpa bench [--quick] [--model DIR] [--config DIR] [--out DIR]
             ./qaqpa bench overload [--minutes N | --seconds N] [--times N] [--synthetic] [--model DIR] [--out DIR]
             ./qaqpa bench scrape [--streams N] [--rounds N] [--seconds N] [--model DIR] [--out DIR]
             \
      """
          + PeersCommand.USAGE;

  private static final int STREAMS = 32;
  private static final int MAX_TOKENS = 64;

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
      switch (args.isEmpty() ? "" : args.getFirst()) {
        case "overload" -> {
          return overload(args.subList(1, args.size()), out, err);
        }
        case "scrape" -> {
          return scrape(args.subList(1, args.size()), out, err);
        }
        case "peers" -> {
          return PeersCommand.run(args.subList(1, args.size()), root(), out, err);
        }
        default -> {}
      }
      Options options =
          Options.parse(args, Set.of("model", "config", "out"), Set.of("quick", "help"));
      if (options.has("help")) {
        out.println(USAGE);
        return 0;
      }
      Path root = root();
      Path model = options.path("model", root.resolve("config/models/kaz-mini"));
      Path config = options.path("config", root.resolve("config"));
      Path folder = options.path("out", root.resolve("target/bench"));
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

  private static int overload(List<String> args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options =
        Options.parse(
            args, Set.of("minutes", "seconds", "times", "model", "out"), Set.of("synthetic"));
    Path root = root();
    int seconds = options.number("seconds", 60 * options.number("minutes", 1, 1, 60), 2, 3600);
    OverloadBench.Plan plan =
        new OverloadBench.Plan(
            root,
            options.path("model", root.resolve("config/models/kaz-mini")),
            Files.createDirectories(options.path("out", root.resolve("target/bench/overload"))),
            Math.clamp(seconds / 2, 2, 20),
            seconds,
            options.number("times", 10, 1, 100),
            STREAMS,
            MAX_TOKENS,
            Map.of(),
            options.has("synthetic")
                ? List.of(
                    "--engine",
                    "synthetic",
                    "--allow-synthetic",
                    "--slots",
                    String.valueOf(STREAMS))
                : List.of());
    OverloadReport report = new OverloadBench(plan, err).measure();
    out.println(report.table());
    out.println("figures and log: " + plan.folder());
    return report.counts().agree() ? 0 : 1;
  }

  private static int scrape(List<String> args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options =
        Options.parse(args, Set.of("streams", "rounds", "seconds", "model", "out"), Set.of());
    ScrapeBench.Plan plan =
        new ScrapeBench.Plan(
            options.path("model", root().resolve("config/models/kaz-mini")),
            Files.createDirectories(options.path("out", root().resolve("target/bench/scrape"))),
            options.number("streams", 1000, 1, 4000),
            options.number("rounds", 3, 1, 100),
            options.number("seconds", 20, 2, 600));
    out.println(new ScrapeBench(plan, err).measure().table());
    out.println("figures and log: " + plan.folder());
    return 0;
  }

  private static Path root() {
    return Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
  }
}
