package kz.qaqpa.cli.bench.scale;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.bench.scale.ScaleGateway.Memory;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.process.MetricsPage;

/**
 * Memory and time of many streams, memory of idle WebSockets, and what a step costs beside the
 * engine as more answers run. Each number of streams or sockets has a gateway of its own that has
 * just started, so that one does not live on the memory of the other.
 */
public final class ScaleBench {
  private static final long STEP_PERIOD_MICROS = 20_000;

  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final Machine machine = Machine.here();
  private final Instant began = Instant.now();

  /**
   * What to do.
   *
   * @param model folder, for its tokenizer
   * @param folder for configuration, state, logs and figures; there
   * @param sizes streams, and sockets, at once
   * @param eventsPerSecond of all streams together: each step has an event of each stream
   * @param rows running answers for the cost of a step, ascending
   * @param rounds that are measured, after one for warming up
   * @param millis of a round
   */
  record Plan(
      Path model,
      Path folder,
      List<Integer> sizes,
      int eventsPerSecond,
      List<Integer> rows,
      int rounds,
      long millis) {}

  /** What came of it. */
  record Outcome(BenchResult result, ScaleReport report) {
    String table() {
      return report.table(result.machine());
    }
  }

  ScaleBench(Plan plan, PrintStream progress, Profiling profiling) {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  /**
   * Measures and prints.
   *
   * @param args {@code --streams N,N}, {@code --events N} a second of all together, {@code --rounds
   *     N}, {@code --seconds N} of a round, {@code --model DIR}, {@code --out DIR}, {@code
   *     --against FILE}, {@code --profile}
   */
  public static void main(String[] args) throws InterruptedException {
    BenchProgram.main(
        "scale",
        args,
        Set.of("streams", "events", "rounds", "seconds", "model", "out"),
        Set.of(Profiling.SWITCH),
        ScaleBench::run);
  }

  private static BenchResult run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    Path root = BenchProgram.root();
    Plan plan =
        new Plan(
            options.path("model", root.resolve("config/models/kaz-mini")),
            Files.createDirectories(options.path("out", root.resolve("target/bench/scale"))),
            Arrays.stream(options.get("streams", "1000,5000,10000").split(",", -1))
                .map(Integer::valueOf)
                .toList(),
            options.number("events", 50_000, 1, 1_000_000),
            List.of(1, 4, 16, 64, 256),
            options.number("rounds", 3, 1, 100),
            1000L * options.number("seconds", 5, 1, 600));
    FileLimit.require(plan.sizes.stream().mapToInt(Integer::intValue).max().orElse(0));
    Profiling profiling = Profiling.of(options, plan.folder, out);
    Outcome outcome = new ScaleBench(plan, System.err, profiling).measure();
    out.println(outcome.table());
    out.println("figures and logs: " + plan.folder);
    return outcome.result;
  }

  /** Runs it. */
  Outcome measure() throws IOException, InterruptedException {
    List<ScaleReport.Streams> streams = new ArrayList<>();
    List<ScaleReport.Sockets> sockets = new ArrayList<>();
    for (int size : plan.sizes) {
      progress.printf("%d streams%n", size);
      streams.add(streams(size));
      progress.printf("%d WebSockets%n", size);
      sockets.add(sockets(size));
    }
    progress.println("cost of a step");
    ScaleReport report = new ScaleReport(plan.eventsPerSecond, streams, sockets, steps());
    BenchResult result =
        new BenchResult(
            "scale",
            machine,
            began,
            Map.of(
                "streams", plan.sizes.toString(),
                "events", String.valueOf(plan.eventsPerSecond),
                "rounds", String.valueOf(plan.rounds),
                "seconds", String.valueOf(plan.millis / 1000.0)),
            report.figures());
    result.write(plan.folder.resolve("scale.json"));
    return new Outcome(result, report);
  }

  private ScaleReport.Streams streams(int count) throws IOException, InterruptedException {
    long period = Math.max(1, 1_000_000L * count / plan.eventsPerSecond);
    try (ScaleGateway gateway = new ScaleGateway(plan.model, folder("streams"), count, period)) {
      Memory idle = gateway.memory();
      gateway.openStreams(count);
      gateway.measure(plan.millis); // Warm-up.
      List<ScaleReport.Round> rounds = new ArrayList<>();
      for (int i = 0; i < plan.rounds; i++) {
        rounds.add(round(gateway));
      }
      Memory held = gateway.memory();
      profiling.recordBeside(
          gateway.process(), "scale-" + count, () -> gateway.measure(plan.millis));
      gateway.closeAll();
      return new ScaleReport.Streams(count, idle, held, rounds);
    }
  }

  private ScaleReport.Round round(ScaleGateway gateway) throws IOException {
    double cpu = gateway.cpuSeconds();
    double client = gateway.clientSeconds();
    ScaleClient.Result seen = gateway.measure(plan.millis);
    return new ScaleReport.Round(
        seen, gateway.cpuSeconds() - cpu, gateway.clientSeconds() - client);
  }

  private ScaleReport.Sockets sockets(int count) throws IOException, InterruptedException {
    try (ScaleGateway gateway =
        new ScaleGateway(plan.model, folder("sockets"), count, STEP_PERIOD_MICROS)) {
      Memory idle = gateway.memory();
      gateway.openSockets(count);
      Memory held = gateway.memory();
      double open = gateway.metrics().sum("qaqpa_websocket_connections");
      return new ScaleReport.Sockets(count, idle, held, Math.round(open));
    }
  }

  private List<ScaleReport.Steps> steps() throws IOException, InterruptedException {
    List<ScaleReport.Steps> steps = new ArrayList<>();
    try (ScaleGateway gateway =
        new ScaleGateway(plan.model, folder("steps"), plan.rows.getLast(), STEP_PERIOD_MICROS)) {
      gateway.openStreams(plan.rows.getLast());
      gateway.measure(plan.millis); // Warm-up.
      gateway.closeAll();
      for (int rows : plan.rows) {
        gateway.openStreams(rows);
        gateway.measure(Math.min(plan.millis, 1000));
        List<ScaleReport.StepRound> rounds = new ArrayList<>();
        for (int i = 0; i < plan.rounds; i++) {
          rounds.add(stepRound(gateway));
        }
        gateway.closeAll();
        steps.add(new ScaleReport.Steps(rows, rounds));
      }
    }
    return steps;
  }

  private ScaleReport.StepRound stepRound(ScaleGateway gateway)
      throws IOException, InterruptedException {
    MetricsPage before = gateway.metrics();
    ScaleReport.Round round = round(gateway);
    MetricsPage after = gateway.metrics();
    return new ScaleReport.StepRound(
        round,
        grown("vllm:iteration_tokens_total_count", before, after),
        grown("qaqpa_step_outside_seconds_total", before, after));
  }

  private static double grown(String name, MetricsPage before, MetricsPage after) {
    return after.sum(name) - before.sum(name);
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(plan.folder.resolve(name));
  }
}
