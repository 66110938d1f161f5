package kz.qaqpa.cli.bench.scrape;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.bench.scrape.ScrapeReport.Period;
import kz.qaqpa.cli.bench.scrape.ScrapeReport.Round;
import kz.qaqpa.cli.client.ChatJson;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.TrialAgency;

/**
 * A gateway with many running streams, scraped now and then, back to back, and not at all. Its
 * engine is the synthetic one, which computes nothing: next to a model that does, scraping costs
 * less.
 */
public final class ScrapeBench {
  private static final int STEP_MICROS = 200_000;
  private static final int USUAL_SECONDS = 5;
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final String TOKENS = "vllm:generation_tokens_total";
  private static final Duration FILLING = Duration.ofMinutes(1);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);
  private static final int MAX_TOKENS = 1900;

  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final TrialAgency agency = TrialAgency.of("scraped", "concurrentStreams: 1000000");

  /**
   * What to do.
   *
   * @param model folder, for its tokenizer
   * @param folder for configuration, state, log and figures
   * @param streams that run
   * @param rounds of three periods
   * @param seconds of each period
   */
  public record Plan(Path model, Path folder, int streams, int rounds, int seconds) {}

  /**
   * Prepares it.
   *
   * @param profiling of the gateway in all rounds
   */
  public ScrapeBench(Plan plan, PrintStream progress, Profiling profiling) {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  /**
   * Runs it.
   *
   * @return the figures, which are also in {@code scrape.json} of the folder
   */
  public ScrapeReport measure() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    Path config = Files.createDirectories(plan.folder.resolve("config"));
    TrialAgency.write(config, List.of(agency));
    Map<String, String> environment =
        Map.of(
            "QAQPA_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096",
            "QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", String.valueOf(STEP_MICROS),
            "QAQPA_ENGINE_SYNTHETIC_ROW_MICROS", "0",
            "QAQPA_ENGINE_SYNTHETIC_PROMPT_TOKEN_MICROS", "0",
            "QAQPA_HTTP_TOKENIZE_QUEUE", "4096",
            "QAQPA_BATCHING_STEP_TOKENS", "4096",
            "QAQPA_BATCHING_QUEUE_REQUESTS", "4096");
    List<String> options =
        List.of(
            "--engine", "synthetic", "--allow-synthetic", "--slots", String.valueOf(plan.streams));
    try (GatewayProcess gateway =
        GatewayProcess.start(
            new GatewayProcess.Setup(
                plan.model, config, plan.folder, environment, List.of(), options))) {
      ScrapeReport report = measure(gateway, machine, begin);
      report.result().write(plan.folder.resolve("scrape.json"));
      return report;
    }
  }

  private ScrapeReport measure(GatewayProcess gateway, Machine machine, Instant begin)
      throws IOException, InterruptedException {
    String body =
        ChatJson.greedyRequest(
            gateway.model(agency.key()),
            List.of(new ChatJson.Turn("user", "Қазақстанның астанасы қай қала?")),
            MAX_TOKENS);
    int port = gateway.api().getPort();
    byte[] question = BenchClient.request(port, agency.key(), body);
    try (OpenStreams streams = new OpenStreams(port, question, plan.streams)) {
      awaitRunning(gateway, streams);
      period(gateway, 0); // Warm-up.
      List<Round> rounds =
          profiling.record(gateway.process(), "scrape", () -> rounds(gateway, streams));
      int bytes = gateway.page().length();
      return new ScrapeReport(machine, begin, settings(), plan.streams, bytes, rounds);
    }
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("streams", String.valueOf(plan.streams));
    settings.put("seconds", String.valueOf(plan.seconds));
    if (profiling.isOn()) {
      settings.put(Profiling.SWITCH, "on");
    }
    return settings;
  }

  private List<Round> rounds(GatewayProcess gateway, OpenStreams streams)
      throws IOException, InterruptedException {
    List<Round> rounds = new ArrayList<>();
    for (int i = 0; i < plan.rounds; i++) {
      Period quiet = period(gateway, NEVER);
      Period usual = period(gateway, USUAL_SECONDS);
      rounds.add(new Round(quiet, usual, period(gateway, 0)));
      progress.printf("round %d of %d%n", i + 1, plan.rounds);
      streams.check();
    }
    return List.copyOf(rounds);
  }

  private void awaitRunning(GatewayProcess gateway, OpenStreams streams)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + FILLING.toNanos();
    while (gateway.metrics().sum("vllm:num_requests_running") < plan.streams) {
      streams.check();
      if (System.nanoTime() - end > 0) {
        throw new IOException("not all of " + plan.streams + " streams run after " + FILLING);
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  /** One that is scraped every so many seconds, first after that time; 0 for back to back. */
  private Period period(GatewayProcess gateway, double everySeconds)
      throws IOException, InterruptedException {
    double before = gateway.metrics().sum(TOKENS);
    double cpu = gateway.process().cpu().toNanos() / 1e9;
    long start = System.nanoTime();
    int scrapes = 0;
    double next = everySeconds;
    while (next < plan.seconds && seconds(start) < plan.seconds) {
      sleep(next - seconds(start));
      gateway.page();
      scrapes++;
      next += everySeconds;
    }
    sleep(plan.seconds - seconds(start));
    double length = seconds(start);
    double used = gateway.process().cpu().toNanos() / 1e9 - cpu;
    return new Period(length, used, gateway.metrics().sum(TOKENS) - before, scrapes);
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static void sleep(double seconds) throws InterruptedException {
    Thread.sleep(Duration.ofNanos((long) (1e9 * Math.max(0, seconds))));
  }
}
