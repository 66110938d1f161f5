package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.peers.proxy.ProxyBench;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Against;
import kz.qaqpa.cli.client.Options;
import org.jspecify.annotations.Nullable;

/** {@code ./qaqpa bench peers}. */
public final class PeersCommand {
  /** What it is told on the command line. */
  public static final String USAGE =
      "./qaqpa bench peers [--quick] [--llama-server PATH] [--model DIR | --random 125m|1b]"
          + " [--precisions LIST] [--threads N] [--rounds N] [--out DIR] [--against FILE]"
          + " [--profile]\n"
          + "       ./qaqpa bench peers --proxy [--quick] [--rounds N] [--out DIR] [--against FILE]"
          + " [--profile]";

  private static final List<Integer> STREAMS = List.of(1, 8, 32);

  private PeersCommand() {}

  /**
   * Runs the command.
   *
   * @param args behind {@code bench peers}
   * @param root of the project
   * @return exit status: 0; 1 if a figure is worse than in the earlier file; what cannot be
   *     measured is thrown
   * @throws IllegalArgumentException after a wrong command line
   * @throws IOException if something cannot be measured
   */
  public static int run(List<String> args, Path root, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Options options =
        Options.parse(
            args,
            Set.of(
                "llama-server",
                "model",
                "random",
                "precisions",
                "threads",
                "rounds",
                "out",
                Against.OPTION),
            Set.of("quick", "proxy", "help", Profiling.SWITCH));
    if (options.has("help")) {
      out.println("usage: " + USAGE);
      return 0;
    }
    if (options.has("proxy")) {
      return proxy(options, root, out, err);
    }
    if (options.has("model") && options.has("random")) {
      throw new IllegalArgumentException("--random: beside --model (expected: one of them)");
    }
    final Against against = Against.of(options, "peers");
    Path folder = Files.createDirectories(options.path("out", root.resolve("target/bench/peers")));
    Path shipped = root.resolve("config/models/kaz-mini");
    String random = options.get("random");
    Path model =
        random == null
            ? options.path("model", shipped)
            : RandomModel.of(random).make(folder.resolve("random-" + random), shipped);
    boolean quick = options.has("quick");
    @Nullable Path server = options.has("llama-server") ? options.path("llama-server", root) : null;
    PeersPlan plan =
        new PeersPlan(
            root,
            model,
            folder,
            root.resolve("target/npm"),
            server,
            options.number("threads", Runtime.getRuntime().availableProcessors(), 1, 1024),
            PeersPlan.Pair.of(options.get("precisions", "int8-fast,int8,f32")),
            STREAMS,
            options.number("rounds", quick ? 1 : 4, 1, 100),
            quick ? 1 : 2,
            quick ? 16 : 64,
            quick ? 3 : 20);
    PeersReport report = new PeersBench(plan, err, Profiling.of(options, folder, out)).measure();
    out.println(report.table());
    out.println("figures and logs: " + folder);
    return against.judge(report.result(), out) ? 0 : 1;
  }

  private static int proxy(Options options, Path root, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    for (String other : List.of("llama-server", "model", "random", "precisions", "threads")) {
      if (options.has(other)) {
        throw new IllegalArgumentException("--" + other + ": beside --proxy (expected: not both)");
      }
    }
    final Against against = Against.of(options, "proxy");
    boolean quick = options.has("quick");
    ProxyBench.Plan plan =
        new ProxyBench.Plan(
            root,
            root.resolve("config/models/kaz-mini"),
            Files.createDirectories(options.path("out", root.resolve("target/bench/proxy"))),
            root.resolve("target/npm"),
            List.of(1, 32),
            options.number("rounds", quick ? 1 : 5, 1, 100),
            quick ? 64 : 1000,
            64);
    Profiling profiling = Profiling.of(options, plan.folder(), out);
    ProxyReport report = new ProxyBench(plan, err, profiling).measure();
    out.println(report.table());
    out.println("figures and logs: " + plan.folder());
    return against.judge(report.result(), out) ? 0 : 1;
  }
}
