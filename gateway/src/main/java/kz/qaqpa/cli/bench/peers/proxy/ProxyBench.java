package kz.qaqpa.cli.bench.peers.proxy;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.EndlessModel;
import kz.qaqpa.cli.bench.Samples;
import kz.qaqpa.cli.bench.Workload;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport.Round;
import kz.qaqpa.cli.bench.peers.proxy.ProxyReport.Way;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.TrialAgency;

/**
 * Requests on four ways: to a bare server that sends an answer of ours without looking; to our
 * gateway, whose engine computes nothing; to Portkey's gateway in front of each. So what ours adds
 * with all that it does (keys, quotas, tokens, labels, ledger, metrics) stands beside what Portkey
 * adds, which reads the request, sends it on and passes the answer through.
 */
public final class ProxyBench {
  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final TrialAgency agency = TrialAgency.of("peers", "concurrentStreams: 1000000");

  /**
   * What to do.
   *
   * @param root of the project, for prompts
   * @param model folder, for its tokenizer
   * @param folder for configuration, state, logs and figures; there
   * @param packages folder that packages of npm go to
   * @param connections numbers of them
   * @param rounds of each way
   * @param requests of one round
   * @param maxTokens of one answer
   */
  public record Plan(
      Path root,
      Path model,
      Path folder,
      Path packages,
      List<Integer> connections,
      int rounds,
      int requests,
      int maxTokens) {}

  /** Where a way begins, with which headers, and whose processor time it takes. */
  private record Entry(int port, List<String> headers, List<Child> servers) {}

  /**
   * A bench that has measured nothing yet.
   *
   * @param profiling of our gateway
   */
  public ProxyBench(Plan plan, PrintStream progress, Profiling profiling) {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  /**
   * Runs it.
   *
   * @return the figures, which are also in {@code proxy.json} of the folder
   */
  public ProxyReport measure() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    Path config = Files.createDirectories(plan.folder.resolve("config"));
    TrialAgency.write(config, List.of(agency));
    try (GatewayProcess gateway = GatewayProcess.start(gatewaySetup(config))) {
      String model = gateway.model(agency.key());
      Workload work = Workload.read(model, plan.root.resolve("config/prompts/kazakh.jsonl"));
      Path answer = plan.folder.resolve("answer.sse");
      Files.writeString(answer, answer(gateway, work));
      try (Child bare = upstream(answer);
          Portkey portkey = Portkey.start(plan.packages.resolve("portkey"), plan.folder)) {
        int port = Integer.parseInt(bare.awaitLine("ready ").substring("ready ".length()));
        bare.dropOutput();
        Map<Way, Entry> ways = ways(gateway, bare, port, portkey);
        ProxyReport report = new ProxyReport(machine, begin, settings(answer), rows(work, ways));
        profiling.recordBeside(
            gateway.process(),
            "proxy",
            () -> round(work, ways, Way.QAQPA, plan.connections.getLast()));
        report.result().write(plan.folder.resolve("proxy.json"));
        return report;
      }
    }
  }

  private GatewayProcess.Setup gatewaySetup(Path config) throws IOException {
    return new GatewayProcess.Setup(
        EndlessModel.make(plan.model, plan.folder),
        config,
        plan.folder,
        Map.of(
            "QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", "0",
            "QAQPA_ENGINE_SYNTHETIC_ROW_MICROS", "0",
            "QAQPA_ENGINE_SYNTHETIC_PROMPT_TOKEN_MICROS", "0"),
        List.of(),
        List.of("--engine", "synthetic", "--allow-synthetic", "--slots", "64"));
  }

  private Child upstream(Path answer) throws IOException {
    return Child.start(
        "upstream",
        plan.folder,
        Map.of(),
        BareUpstream.class.getName(),
        List.of("--answer", answer.toString()));
  }

  private String answer(GatewayProcess gateway, Workload work)
      throws IOException, InterruptedException {
    URI chat = gateway.api().resolve("/v1/chat/completions");
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(chat)
                  .header("Authorization", "Bearer " + agency.key())
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(work.distinct(1, plan.maxTokens).getFirst()))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException("the gateway answered " + answer.statusCode() + " (expected: 200)");
      }
      return answer.body();
    }
  }

  private Map<String, String> settings(Path answer) throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("answer", plan.maxTokens + " tokens, " + Files.size(answer) + " bytes");
    settings.put("Portkey", Portkey.PACKAGE + "@" + Portkey.VERSION + ", one process of Node");
    settings.put("Qaqpa", "everything on, synthetic engine");
    settings.put("rounds", String.valueOf(plan.rounds));
    settings.put("requests", String.valueOf(plan.requests));
    return settings;
  }

  private Map<Way, Entry> ways(GatewayProcess gateway, Child bare, int port, Portkey portkey) {
    String key = BenchClient.bearer(agency.key());
    int ours = gateway.api().getPort();
    Map<Way, Entry> ways = new EnumMap<>(Way.class);
    ways.put(Way.BARE, new Entry(port, List.of(key), List.of(bare)));
    ways.put(Way.QAQPA, new Entry(ours, List.of(key), List.of(gateway.process())));
    ways.put(
        Way.PORTKEY, new Entry(portkey.port(), with(key, port), List.of(portkey.process(), bare)));
    ways.put(
        Way.PORTKEY_QAQPA,
        new Entry(portkey.port(), with(key, ours), List.of(portkey.process(), gateway.process())));
    return ways;
  }

  private static List<String> with(String key, int upstream) {
    List<String> headers = new ArrayList<>(Portkey.headers(upstream));
    headers.add(key);
    return headers;
  }

  private List<ProxyReport.Row> rows(Workload work, Map<Way, Entry> ways) throws IOException {
    List<ProxyReport.Row> rows = new ArrayList<>();
    for (int connections : plan.connections) {
      Map<Way, List<Round>> rounds = new EnumMap<>(Way.class);
      for (Way way : Way.values()) {
        rounds.put(way, new ArrayList<>());
        round(work, ways, way, connections); // Warms up.
      }
      for (int i = 0; i < plan.rounds; i++) {
        List<Way> order = List.of(Way.values());
        for (Way way : i % 2 == 0 ? order : order.reversed()) {
          Round round = round(work, ways, way, connections);
          rounds.computeIfAbsent(way, _ -> new ArrayList<>()).add(round);
          progress.printf(
              "%s, %d connections, round %d: %.2f ms, %.0f requests/s%n",
              way, connections, i + 1, round.medianMillis(), round.perSecond());
        }
      }
      rounds.forEach((way, all) -> rows.add(new ProxyReport.Row(way, connections, all)));
    }
    return rows;
  }

  private Round round(Workload work, Map<Way, Entry> ways, Way way, int connections)
      throws IOException {
    Entry entry = java.util.Objects.requireNonNull(ways.get(way));
    Path bodies =
        Files.write(
            plan.folder.resolve("bodies.jsonl"), work.distinct(plan.requests, plan.maxTokens));
    long before = cpuNanos(entry);
    BenchClient.Result result =
        BenchClient.inProcess(plan.folder, entry.port, entry.headers, connections, bodies);
    double[] millis =
        result.requests().stream().mapToDouble(one -> one.totalNanos() / 1e6).toArray();
    return new Round(
        Samples.median(millis),
        Samples.percentile(99, millis),
        millis.length / (result.wallNanos() / 1e9),
        (cpuNanos(entry) - before) / 1e3 / millis.length);
  }

  private static long cpuNanos(Entry entry) {
    return entry.servers.stream().mapToLong(server -> server.cpu().toNanos()).sum();
  }
}
