package kz.qaqpa.cli.bench.overload;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.EndlessModel;
import kz.qaqpa.cli.bench.Samples;
import kz.qaqpa.cli.bench.Workload;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.MetricsPage;
import kz.qaqpa.cli.process.TrialAgency;

/**
 * A gateway that is asked for as much as it can do, then for ten times that. Answers have the same
 * length, as the model is served without its end tokens; several agencies ask.
 */
public final class OverloadBench {
  private static final Duration SETTLING = Duration.ofMinutes(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final int BATCH = 512;

  /** All requests come from one address; otherwise the limits are those that are shipped. */
  private static final int MOST_CONNECTIONS = 4000;

  private static final Map<String, String> ONE_ADDRESS =
      Map.of("QAQPA_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096");

  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final List<TrialAgency> agencies =
      List.of(agency("one"), agency("two"), agency("three"), agency("four"));

  /**
   * What to do.
   *
   * @param root of the project, for prompts
   * @param model folder
   * @param folder for configuration, state, log and figures
   * @param capacitySeconds that the capacity is measured for, after as long a warm-up
   * @param seconds of overload
   * @param times as many requests as the capacity
   * @param streams in the closed loop
   * @param maxTokens of one answer
   * @param environment of the gateway
   * @param options of {@code serve}
   */
  public record Plan(
      Path root,
      Path model,
      Path folder,
      int capacitySeconds,
      int seconds,
      int times,
      int streams,
      int maxTokens,
      Map<String, String> environment,
      List<String> options) {}

  /**
   * Prepares it.
   *
   * @param profiling of the gateway under the overload
   */
  public OverloadBench(Plan plan, PrintStream progress, Profiling profiling) {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  private static TrialAgency agency(String id) {
    return TrialAgency.of(id, "concurrentStreams: 1000000");
  }

  /**
   * Runs it.
   *
   * @return the figures, which are also in {@code overload.json} of the folder
   */
  public OverloadReport measure() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    Path config = Files.createDirectories(plan.folder.resolve("config"));
    TrialAgency.write(config, agencies);
    Path model = EndlessModel.make(plan.model, plan.folder);
    Map<String, String> environment = new HashMap<>(ONE_ADDRESS);
    environment.putAll(plan.environment);
    try (GatewayProcess gateway =
        GatewayProcess.start(
            new GatewayProcess.Setup(
                model, config, plan.folder, environment, List.of(), plan.options))) {
      OverloadReport report = measure(gateway, machine, begin);
      report.result().write(plan.folder.resolve("overload.json"));
      return report;
    }
  }

  private OverloadReport measure(GatewayProcess gateway, Machine machine, Instant begin)
      throws IOException, InterruptedException {
    Questions questions = questions(gateway);
    Duration length = Duration.ofSeconds(plan.capacitySeconds);
    int least = 2 * plan.streams;
    load(gateway, questions).closed(plan.streams, length, least);
    OfferedLoad.Outcome alone = load(gateway, questions).closed(plan.streams, length, least);
    double answers = alone.inTime().size() / alone.seconds();
    progress.printf("capacity: %.0f tokens/s, %.1f answers/s%n", alone.goodput(), answers);
    MetricsPage first = settled(gateway);
    OverloadReport.Footprint before = footprint(gateway, first);
    double rate = Math.max(1, plan.times * answers);
    OfferedLoad.Outcome offered =
        profiling.record(
            gateway.process(),
            "overload",
            () -> load(gateway, questions).open(rate, Duration.ofSeconds(plan.seconds)));
    MetricsPage last = settled(gateway);
    return new OverloadReport(
        machine,
        begin,
        settings(),
        new OverloadReport.Capacity(plan.streams, alone.goodput(), answers),
        offered(offered, rate, answers),
        refusals(first, last),
        counts(offered, first, last),
        before,
        footprint(gateway, last));
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("model", String.valueOf(plan.model.getFileName()));
    settings.put("seconds", String.valueOf(plan.seconds));
    settings.put("times", String.valueOf(plan.times));
    settings.put("streams", String.valueOf(plan.streams));
    settings.put("maxTokens", String.valueOf(plan.maxTokens));
    settings.put("options", String.join(" ", plan.options));
    if (profiling.isOn()) {
      settings.put(Profiling.SWITCH, "on");
    }
    return settings;
  }

  private OfferedLoad load(GatewayProcess gateway, Questions questions) {
    return new OfferedLoad(gateway.api().getPort(), questions, MOST_CONNECTIONS);
  }

  private Questions questions(GatewayProcess gateway) throws IOException, InterruptedException {
    Workload work =
        Workload.read(
            gateway.model(agencies.getFirst().key()),
            plan.root.resolve("config/prompts/kazakh.jsonl"));
    return new Questions(gateway.api(), work, plan.maxTokens, agencies);
  }

  private static OverloadReport.Offered offered(
      OfferedLoad.Outcome outcome, double rate, double answers) {
    double[] ttft =
        outcome.answered().stream().mapToDouble(answer -> answer.ttftNanos() / 1e6).toArray();
    return new OverloadReport.Offered(
        rate / answers,
        rate,
        outcome.seconds(),
        outcome.goodput(),
        outcome.held(),
        Samples.median(ttft),
        Samples.percentile(99, ttft));
  }

  private static OverloadReport.Refusals refusals(MetricsPage first, MetricsPage last) {
    MetricsPage.Buckets times =
        last.histogram("qaqpa_refusal_seconds", _ -> true)
            .since(first.histogram("qaqpa_refusal_seconds", _ -> true));
    return new OverloadReport.Refusals(
        times.count(), 1e3 * times.percentile(50), 1e3 * times.percentile(99));
  }

  private static OverloadReport.Counts counts(
      OfferedLoad.Outcome outcome, MetricsPage first, MetricsPage last) {
    return new OverloadReport.Counts(
        outcome.sent(),
        outcome.answered().size(),
        outcome.refused(),
        grown("vllm:request_success_total", first, last),
        grown("qaqpa_refusals_total", first, last),
        grown("qaqpa_ledger_records_total", first, last));
  }

  private static long grown(String name, MetricsPage first, MetricsPage last) {
    return Math.round(last.sum(name) - first.sum(name));
  }

  private static OverloadReport.Footprint footprint(GatewayProcess gateway, MetricsPage page)
      throws IOException {
    return new OverloadReport.Footprint(
        gateway.process().memoryMib("VmRSS"),
        page.heapMib(),
        page.directMib(),
        gateway.process().threads(),
        gateway.process().openFiles(),
        busy(page));
  }

  /** A reading once everything has ended and is written down, garbage collected. */
  private static MetricsPage settled(GatewayProcess gateway)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (busy(gateway.metrics()) > 0 && System.nanoTime() - end < 0) {
      Thread.sleep(BETWEEN_LOOKS);
    }
    gateway.collectGarbage();
    return gateway.metrics();
  }

  private static double busy(MetricsPage page) {
    return page.sum("vllm:num_requests_running")
        + page.sum("vllm:num_requests_waiting")
        + page.sum("qaqpa_quota_reserved_tokens")
        + page.sum("qaqpa_agency_streams")
        + page.sum("qaqpa_ledger_waiting_records")
        + page.sum("qaqpa_ledger_spooled_records");
  }

  /** Requests as bytes, agency after agency, no question twice. */
  private static final class Questions implements Supplier<byte[]> {
    private final URI api;
    private final Workload work;
    private final int maxTokens;
    private final List<TrialAgency> agencies;
    private Iterator<String> bodies = List.<String>of().iterator();
    private int next;

    Questions(URI api, Workload work, int maxTokens, List<TrialAgency> agencies) {
      this.api = api;
      this.work = work;
      this.maxTokens = maxTokens;
      this.agencies = agencies;
    }

    @Override
    public byte[] get() {
      if (!bodies.hasNext()) {
        bodies = work.distinct(BATCH, maxTokens).iterator();
      }
      String key = agencies.get(next++ % agencies.size()).key();
      return BenchClient.request(api.getPort(), key, bodies.next());
    }
  }
}
