package kz.qaqpa.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchReport;
import kz.qaqpa.cli.bench.BenchRun;
import kz.qaqpa.cli.bench.overload.OverloadBench;
import kz.qaqpa.cli.bench.overload.OverloadReport;
import kz.qaqpa.cli.bench.peers.PeersCommand;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Against;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.JmhResults;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.bench.scrape.ScrapeBench;
import kz.qaqpa.cli.bench.scrape.ScrapeReport;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;

/** {@code ./qaqpa bench}: measures this machine and prints a table. */
public final class BenchCommand {
  static final String USAGE =
      """
      usage: ./qaqpa bench [--quick] [--config DIR] [COMMON]
             ./qaqpa bench overload [--minutes N | --seconds N] [--times N] [--synthetic] [COMMON]
             ./qaqpa bench scrape [--streams N] [--rounds N] [--seconds N] [COMMON]
             \
      """
          + PeersCommand.USAGE
          + "\nCOMMON: [--model DIR] [--out DIR] [--against FILE] [--profile]";

  private static final int STREAMS = 32;
  private static final int MAX_TOKENS = 64;

  private BenchCommand() {}

  /**
   * Runs the command.
   *
   * @return exit status: 0; 1 if something could not be measured, counts differ, or a figure is
   *     worse than that of {@code --against}; 2 after a wrong command line
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
        case "jmh" -> {
          return jmh(args.subList(1, args.size()), out);
        }
        case "peers" -> {
          return PeersCommand.run(args.subList(1, args.size()), root(), out, err);
        }
        default -> {}
      }
      return engine(args, out, err);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (IOException | ServerError e) {
      err.println(e.getMessage());
      return 1;
    }
  }

  private static int engine(List<String> args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options = options(args, Set.of("config"), Set.of("quick", "help"));
    if (options.has("help")) {
      out.println(USAGE);
      return 0;
    }
    final Against against = Against.of(options, "bench");
    Path root = root();
    Path config = options.path("config", root.resolve("config"));
    Path folder = folder(options, "");
    BenchRun.Plan plan =
        options.has("quick")
            ? BenchRun.Plan.quick(root, model(options), config, folder)
            : BenchRun.Plan.full(root, model(options), config, folder);
    BenchReport report = new BenchRun(plan, err, Profiling.of(options, folder, out)).measure();
    out.println(report.table());
    out.println("figures and logs: " + folder);
    return against.judge(report.result(), out) && report.countsAgree() ? 0 : 1;
  }

  /** What all of them understand, and their own. */
  private static Options options(List<String> args, Set<String> names, Set<String> switches) {
    Set<String> all = new HashSet<>(Set.of("model", "out", Against.OPTION));
    all.addAll(names);
    Set<String> allSwitches = new HashSet<>(Set.of(Profiling.SWITCH));
    allSwitches.addAll(switches);
    return Options.parse(args, all, allSwitches);
  }

  private static Path model(Options options) {
    return options.path("model", root().resolve("config/models/kaz-mini"));
  }

  private static Path folder(Options options, String bench) throws IOException {
    return Files.createDirectories(
        options.path("out", root().resolve("target/bench").resolve(bench)));
  }

  private static int overload(List<String> args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options = options(args, Set.of("minutes", "seconds", "times"), Set.of("synthetic"));
    final Against against = Against.of(options, "overload");
    int seconds = options.number("seconds", 60 * options.number("minutes", 1, 1, 60), 2, 3600);
    OverloadBench.Plan plan =
        new OverloadBench.Plan(
            root(),
            model(options),
            folder(options, "overload"),
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
    OverloadReport report =
        new OverloadBench(plan, err, Profiling.of(options, plan.folder(), out)).measure();
    out.println(report.table());
    out.println("figures and log: " + plan.folder());
    return against.judge(report.result(), out) && report.counts().agree() ? 0 : 1;
  }

  private static int scrape(List<String> args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options = options(args, Set.of("streams", "rounds", "seconds"), Set.of());
    final Against against = Against.of(options, "scrape");
    ScrapeBench.Plan plan =
        new ScrapeBench.Plan(
            model(options),
            folder(options, "scrape"),
            options.number("streams", 1000, 1, 4000),
            options.number("rounds", 3, 1, 100),
            options.number("seconds", 20, 2, 600));
    ScrapeReport report =
        new ScrapeBench(plan, err, Profiling.of(options, plan.folder(), out)).measure();
    out.println(report.table());
    out.println("figures and log: " + plan.folder());
    return against.judge(report.result(), out) ? 0 : 1;
  }

  /** Makes figures of what JMH has written; {@code ./qaqpa} calls it behind each of its benches. */
  private static int jmh(List<String> args, PrintStream out) throws IOException {
    Options options =
        Options.parse(
            args,
            Set.of("bench", "results", "began", "load", "beside", Against.OPTION),
            Set.of("check"));
    String bench = options.get("bench", "jmh");
    final Against against = Against.of(options, bench);
    if (options.has("check")) { // Of the earlier file, before anything is measured.
      return 0;
    }
    Path results = options.path("results", root().resolve("target/bench/jmh.json"));
    List<Figure> figures = JmhResults.read(bench, results).figures(options.get("beside"));
    BenchResult result =
        new BenchResult(
            bench,
            Machine.here().withLoadAverage(loadAverage(options)),
            began(options),
            Map.of(),
            figures);
    result.write(results.resolveSibling(bench + ".json"));
    out.println(JmhResults.table(figures));
    out.println("figures: " + results.getParent());
    return against.judge(result, out) ? 0 : 1;
  }

  private static Instant began(Options options) {
    String given = options.get("began", Instant.now().toString());
    try {
      return Instant.parse(given);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("--began: " + given + " (expected: a time)", e);
    }
  }

  private static double loadAverage(Options options) {
    String given = options.get("load", "-1");
    try {
      return Double.parseDouble(given);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--load: " + given + " (expected: a number)", e);
    }
  }

  private static Path root() {
    return Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
  }
}
