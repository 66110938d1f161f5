package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToDoubleFunction;
import kz.qaqpa.cli.client.ChatClient;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.tokenizer.BpeTokenizer;
import tools.jackson.databind.json.JsonMapper;

/** Measures: rounds of gateway and engine loop in turn, medians over the rounds. */
public final class BenchRun {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<Integer> STREAMS = List.of(1, 8, 32);
  private static final int PREFIX_TOKENS = 500;

  private final Plan plan;
  private final PrintStream progress;
  private final Map<String, String> environment;
  private final Path model;

  /**
   * What to measure.
   *
   * @param root of the project, for prompts
   * @param model folder
   * @param config folder
   * @param folder for logs and request files; made when needed
   * @param rounds 1 or more
   * @param starts of the server, for the ready time
   * @param requests of one round: this many for each stream, and at least twice as many in all
   * @param maxTokens of one answer
   * @param prefixes requests behind a long prefix, cold and warm each
   */
  public record Plan(
      Path root,
      Path model,
      Path config,
      Path folder,
      int rounds,
      int starts,
      int requests,
      int maxTokens,
      int prefixes) {

    /** All figures, a few minutes. */
    public static Plan full(Path root, Path model, Path config, Path folder) {
      return new Plan(root, model, config, folder, 3, 3, 4, 128, 100);
    }

    /** Whether everything works, and roughly how fast; half a minute. */
    public static Plan quick(Path root, Path model, Path config, Path folder) {
      return new Plan(root, model, config, folder, 1, 1, 2, 48, 10);
    }
  }

  private record Measured(
      BenchClient.Result client,
      double gatewayCpuMicros,
      EngineLoop.Result loop,
      double loopCpuMicros) {}

  /** Prepares the folder of the plan. */
  public BenchRun(Plan plan, PrintStream progress) throws IOException {
    Files.createDirectories(plan.folder);
    this.plan = plan;
    this.model = EndlessModel.make(plan.model, plan.folder);
    this.progress = progress;
    byte[] random = new byte[16];
    ThreadLocalRandom.current().nextBytes(random);
    environment = Map.of("QAQPA_DEV_KEY", "qpk_" + HexFormat.of().formatHex(random));
  }

  /**
   * Runs everything.
   *
   * @return the table to print; the same figures are in {@code bench.json} of the folder
   */
  public String measure() throws IOException, InterruptedException {
    double[] ready = new double[plan.starts];
    for (int i = 0; i < plan.starts; i++) {
      ready[i] = startAndStop();
    }
    try (Child server = startServer();
        Child loop = startLoop()) {
      int port = port(server.awaitLine("ready "));
      server.dropOutput();
      loop.awaitLine("ready");
      final long idle = server.memoryMib("VmRSS");
      Workload work = Workload.read(servedModel(port), prompts());
      warmUp(work, port, loop);
      List<BenchReport.Load> loads = new ArrayList<>();
      for (int streams : STREAMS) {
        loads.add(load(work, streams, port, server, loop));
      }
      BenchReport report =
          new BenchReport(
              machine(),
              Samples.median(ready),
              loads,
              prefix(work, port),
              new BenchReport.Memory(idle, server.memoryMib("VmRSS"), server.memoryMib("VmHWM")));
      report.write(plan.folder.resolve("bench.json"));
      return report.table();
    }
  }

  private double startAndStop() throws IOException {
    long started = System.nanoTime();
    try (Child server = startServer()) {
      server.awaitLine("ready ");
      double millis = (System.nanoTime() - started) / 1e6;
      progress.printf("ready after %.0f ms%n", millis);
      return millis;
    }
  }

  private Child startServer() throws IOException {
    return Child.start(
        "server",
        plan.folder,
        environment,
        "kz.qaqpa.Main",
        List.of(
            "serve",
            "--port",
            "0",
            "--state",
            plan.folder.resolve("state").toString(),
            "--model",
            model.toString(),
            "--config",
            plan.config.toString()));
  }

  private Child startLoop() throws IOException {
    return Child.start(
        "loop",
        plan.folder,
        environment,
        EngineLoop.class.getName(),
        List.of("--model", model.toString(), "--config", plan.config.toString()));
  }

  static int port(String readyLine) {
    return Integer.parseInt(readyLine.strip().replaceFirst(".*:(\\d+)/?$", "$1"));
  }

  private String servedModel(int port) throws IOException, InterruptedException {
    try (ChatClient client =
        new ChatClient("http://127.0.0.1:" + port, environment.get("QAQPA_DEV_KEY"))) {
      return client.firstModel();
    }
  }

  private Path prompts() {
    return plan.root.resolve("config/prompts/kazakh.jsonl");
  }

  /** So that the just-in-time compilers are done with both processes. */
  private void warmUp(Workload work, int port, Child loop) throws IOException {
    progress.println("warming up");
    Path bodies = bodies(work.distinct(32 * plan.requests, plan.maxTokens));
    client(port, 32, bodies);
    loop(loop, 32, bodies);
  }

  private BenchReport.Load load(Workload work, int streams, int port, Child server, Child loop)
      throws IOException {
    List<Measured> rounds = new ArrayList<>();
    int requests = Math.max(streams * plan.requests, 2 * plan.requests);
    for (int round = 0; round < plan.rounds; round++) {
      Path bodies = bodies(work.distinct(requests, plan.maxTokens));
      long gatewayBefore = server.cpu().toNanos();
      BenchClient.Result client = client(port, streams, bodies);
      double gatewayNanos = server.cpu().toNanos() - gatewayBefore;
      long loopBefore = loop.cpu().toNanos();
      EngineLoop.Result alone = loop(loop, streams, bodies);
      double loopNanos = loop.cpu().toNanos() - loopBefore;
      rounds.add(
          new Measured(
              client,
              gatewayNanos / client.outputTokens() / 1e3,
              alone,
              loopNanos / alone.outputTokens() / 1e3));
      progress.printf(
          "%d streams, round %d: %.0f tokens/s%n", streams, round + 1, client.tokensPerSecond());
    }
    return summary(streams, rounds);
  }

  private static BenchReport.Load summary(int streams, List<Measured> rounds) {
    double[] ttft =
        rounds.stream()
            .flatMapToDouble(r -> java.util.Arrays.stream(r.client.ttftMillis()))
            .toArray();
    return new BenchReport.Load(
        streams,
        median(rounds, r -> r.client.tokensPerSecond()),
        Samples.median(ttft),
        Samples.percentile(99, ttft),
        median(rounds, Measured::gatewayCpuMicros),
        median(rounds, Measured::loopCpuMicros),
        median(rounds, r -> r.loop.outputTokens() / (r.loop.wallNanos() / 1e9)),
        median(rounds, r -> r.client.promptTokens()),
        median(rounds, r -> r.client.outputTokens()),
        rounds.stream()
            .allMatch(r ->
                r.client.outputTokens() == r.loop.outputTokens()
                    && r.client.promptTokens() == r.loop.promptTokens()));
  }

  private static double median(List<Measured> rounds, ToDoubleFunction<Measured> figure) {
    return Samples.median(rounds.stream().mapToDouble(figure).toArray());
  }

  private BenchReport.Prefix prefix(Workload work, int port) throws IOException {
    BpeTokenizer tokenizer = BpeTokenizer.load(model);
    double[] cold =
        client(port, 1, bodies(work.prefixed(tokenizer, false, plan.prefixes, PREFIX_TOKENS, 4)))
            .ttftMillis();
    double[] shared =
        client(port, 1, bodies(work.prefixed(tokenizer, true, plan.prefixes + 1, PREFIX_TOKENS, 4)))
            .ttftMillis();
    double[] warm = java.util.Arrays.copyOfRange(shared, 1, shared.length);
    return new BenchReport.Prefix(
        PREFIX_TOKENS,
        Samples.median(cold),
        Samples.percentile(99, cold),
        Samples.median(warm),
        Samples.percentile(99, warm));
  }

  private Path bodies(List<String> bodies) throws IOException {
    return Files.write(plan.folder.resolve("bodies.jsonl"), bodies);
  }

  private BenchClient.Result client(int port, int streams, Path bodies) throws IOException {
    List<String> args =
        List.of(
            "--port",
            String.valueOf(port),
            "--streams",
            String.valueOf(streams),
            "--bodies",
            bodies.toString());
    try (Child client =
        Child.start("client", plan.folder, environment, BenchClient.class.getName(), args)) {
      return JSON.readValue(client.awaitLine("{"), BenchClient.Result.class);
    }
  }

  private static EngineLoop.Result loop(Child loop, int streams, Path bodies) throws IOException {
    loop.tell(streams + " " + bodies);
    return JSON.readValue(loop.awaitLine("{"), EngineLoop.Result.class);
  }

  /** One line about what this runs on. */
  public static String machine() {
    Runtime runtime = Runtime.getRuntime();
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.arch")
        + ", "
        + runtime.availableProcessors()
        + " processors, Java "
        + Runtime.version();
  }
}
