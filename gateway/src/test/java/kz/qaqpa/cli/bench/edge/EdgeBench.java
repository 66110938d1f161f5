package kz.qaqpa.cli.bench.edge;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.load.ProcessCounters;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.client.Options;

/**
 * Events and requests per second of the gateway, with everything that an answer has, beside bare
 * servers that send the same bytes. Passes go through the variants forwards, then backwards.
 */
public final class EdgeBench {
  private static final int CONNECTIONS = 64;
  private static final int EVENTS = 64;
  private static final int WARM_UP = 4;

  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final Machine machine = Machine.here();
  private final Instant began = Instant.now();
  private final Map<Variant, List<EdgeReport.Sample>> samples = new EnumMap<>(Variant.class);
  private final Map<String, Double> threads = new TreeMap<>();

  /**
   * What to do.
   *
   * @param model folder, for its tokenizer
   * @param folder for configuration, state, logs and figures; there
   * @param rounds of a pass forwards and one backwards
   * @param warmUpMillis of each variant, before anything counts
   * @param millis of each variant in each pass
   */
  record Plan(Path model, Path folder, int rounds, long warmUpMillis, long millis) {}

  /**
   * What came of it.
   *
   * @param result also in {@code edge.json} of the folder
   */
  record Outcome(BenchResult result, EdgeReport report) {
    String table() {
      return EdgeReport.table(result, report);
    }
  }

  EdgeBench(Plan plan, PrintStream progress, Profiling profiling) {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  /**
   * Measures and prints.
   *
   * @param args {@code --rounds N}, {@code --seconds N} of a variant in a pass, {@code --model
   *     DIR}, {@code --out DIR}, {@code --against FILE}, {@code --profile}
   */
  public static void main(String[] args) throws InterruptedException {
    BenchProgram.main(
        "edge",
        args,
        Set.of("rounds", "seconds", "model", "out"),
        Set.of(Profiling.SWITCH),
        EdgeBench::run);
  }

  private static BenchResult run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    Path root = BenchProgram.root();
    long millis = 1000L * options.number("seconds", 4, 1, 600);
    Plan plan =
        new Plan(
            options.path("model", root.resolve("config/models/kaz-mini")),
            Files.createDirectories(options.path("out", root.resolve("target/bench/edge"))),
            options.number("rounds", 3, 1, 100),
            WARM_UP * millis,
            millis);
    Profiling profiling = Profiling.of(options, plan.folder, out);
    Outcome outcome = new EdgeBench(plan, System.err, profiling).measure();
    out.println(outcome.table());
    out.println("figures and logs: " + plan.folder);
    return outcome.result;
  }

  /** Runs it. */
  Outcome measure() throws IOException, InterruptedException {
    try (EdgeServers servers = new EdgeServers(plan.model, plan.folder, EVENTS)) {
      measure(servers, Variant.streamed());
      profile(servers, Variant.SIGNED, "edge-stream");
      measure(servers, Variant.whole());
      profile(servers, Variant.SIGNED_WHOLE, "edge-whole");
      Recording stream = servers.recording(Mode.EACH);
      EdgeReport report =
          new EdgeReport(
              CONNECTIONS,
              stream.chunks().length,
              stream.length(),
              servers.recording(Mode.WHOLE).length(),
              samples,
              threads);
      BenchResult result =
          new BenchResult(
              "edge",
              machine,
              began,
              Map.of(
                  "rounds", String.valueOf(plan.rounds),
                  "seconds", String.valueOf(plan.millis / 1000.0),
                  "connections", String.valueOf(CONNECTIONS)),
              report.figures());
      result.write(plan.folder.resolve("edge.json"));
      return new Outcome(result, report);
    }
  }

  private void measure(EdgeServers servers, List<Variant> variants) throws IOException {
    for (Variant variant : variants) {
      servers.ask(variant, CONNECTIONS, plan.warmUpMillis);
    }
    for (int round = 0; round < plan.rounds; round++) {
      for (Variant variant : variants) {
        sample(servers, variant);
      }
      for (Variant variant : variants.reversed()) {
        sample(servers, variant);
      }
      progress.printf("%s: round %d of %d%n", variants.getFirst().mode(), round + 1, plan.rounds);
    }
  }

  private void profile(EdgeServers servers, Variant variant, String name)
      throws IOException, InterruptedException {
    profiling.recordBeside(
        servers.server(variant.server()),
        name,
        () -> servers.ask(variant, CONNECTIONS, plan.millis));
  }

  private void sample(EdgeServers servers, Variant variant) throws IOException {
    long pid = servers.server(variant.server()).pid();
    Map<String, Double> before = ProcessCounters.cpuByThread(pid);
    double cpu = ProcessCounters.cpuSeconds(pid);
    double client = ProcessCounters.cpuSeconds(servers.clientPid());
    long writes = ProcessCounters.writes(pid);
    EdgeClient.Result result = servers.ask(variant, CONNECTIONS, plan.millis);
    samples
        .computeIfAbsent(variant, _ -> new ArrayList<>())
        .add(
            new EdgeReport.Sample(
                result.requests(),
                result.chunks(),
                result.wallNanos() / 1e9,
                ProcessCounters.cpuSeconds(pid) - cpu,
                ProcessCounters.cpuSeconds(servers.clientPid()) - client,
                ProcessCounters.writes(pid) - writes));
    if (variant == Variant.SIGNED) {
      ProcessCounters.cpuByThread(pid)
          .forEach((name, seconds) ->
              threads.merge(name, seconds - before.getOrDefault(name, 0.0), Double::sum));
    }
  }
}
