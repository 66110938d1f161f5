package kz.qaqpa.cli.soak;

import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.MetricsPage;
import kz.qaqpa.cli.process.TrialAgency;
import kz.qaqpa.cli.soak.load.Asker;
import kz.qaqpa.cli.soak.load.Crowd;
import kz.qaqpa.cli.soak.load.Hostile;
import kz.qaqpa.cli.soak.load.Leaver;
import kz.qaqpa.cli.soak.load.Operator;
import kz.qaqpa.cli.soak.load.Outcomes;
import kz.qaqpa.cli.soak.load.Prompts;
import kz.qaqpa.cli.soak.load.Site;
import kz.qaqpa.cli.soak.load.SlowReader;
import kz.qaqpa.cli.soak.load.SocketChat;
import kz.qaqpa.cli.soak.load.User;
import org.HdrHistogram.Histogram;

/** One soak: a gateway, its users, a reading at the end of each window, and what is left. */
final class SoakRun {
  private static final Duration LEAVING = Duration.ofSeconds(40);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final int OPERATOR_PAUSE_MILLIS = 2000;

  /** Full within the first windows, so that what fills does not look like what leaks. */
  private static final Map<String, String> SMALL_CACHES =
      Map.of(
          "QAQPA_BATCHING_HOST_CACHE_BYTES", "33554432",
          "QAQPA_RESPONSES_STORE_ENTRIES", "100");

  /** Zero when nobody uses the gateway. */
  private static final List<String> GOES_AWAY =
      List.of(
          "vllm:num_requests_running",
          "vllm:num_requests_waiting",
          "qaqpa_quota_reserved_tokens",
          "qaqpa_quota_reserved_characters",
          "qaqpa_websocket_connections",
          "qaqpa_agency_streams",
          "qaqpa_ledger_waiting_records",
          "qaqpa_ledger_spooled_records",
          "qaqpa_host_cache_blocks_reserved");

  private final SoakPlan plan;
  private final PrintStream progress;
  private final Path config;
  private final TrialAgency usual = TrialAgency.of("soak-usual", "concurrentStreams: 1000");
  private final TrialAgency other = TrialAgency.of("soak-other", "concurrentStreams: 1000");
  private final TrialAgency limited =
      TrialAgency.of("soak-limited", "requestsPerSecond: 2", "tokensPerMinute: 2000");
  private final TrialAgency narrow = TrialAgency.of("soak-narrow", "concurrentStreams: 1");
  private final TrialAgency suspended = TrialAgency.of("soak-suspended", "concurrentStreams: 1000");
  private final List<TrialAgency> agencies = List.of(usual, other, limited, narrow, suspended);
  private final Outcomes outcomes = new Outcomes();

  SoakRun(SoakPlan plan, PrintStream progress) throws IOException {
    this.plan = plan;
    this.progress = progress;
    delete(plan.folder());
    this.config = Files.createDirectories(plan.folder().resolve("config"));
    TrialAgency.write(config, agencies);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      List<Path> all;
      try (Stream<Path> found = Files.walk(folder)) {
        all = found.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path file : all) {
        Files.delete(file);
      }
    }
  }

  /** Runs it. */
  SoakReport run() throws IOException, InterruptedException {
    try (GatewayProcess gateway = GatewayProcess.start(setup());
        HttpClient http = HttpClient.newHttpClient()) {
      Site site =
          new Site(
              gateway.api(),
              gateway.model(usual.key()),
              http,
              Prompts.read(plan.root().resolve("config/prompts/kazakh.jsonl")),
              outcomes);
      Crowd crowd = new Crowd(users(site, gateway), outcomes, new SplittableRandom(plan.seed()));
      List<Window> windows = windows(gateway);
      crowd.goHome();
      http.shutdownNow();
      Map<String, Double> left = left(gateway);
      int exitCode = gateway.stop();
      return new SoakReport(
          Machine.here().line(),
          plan.seed(),
          plan.warmUp(),
          plan.isJudged(),
          windows,
          outcomes.expected(),
          outcomes.surprises(),
          left,
          leaks(gateway.process().log()),
          exitCode);
    }
  }

  private GatewayProcess.Setup setup() {
    return new GatewayProcess.Setup(
        plan.model(),
        config,
        plan.folder(),
        SMALL_CACHES,
        List.of("-Dio.netty.leakDetection.level=" + plan.leakDetection()),
        List.of());
  }

  private List<User> users(Site site, GatewayProcess gateway) {
    List<User> users = new ArrayList<>();
    for (int i = 0; i < plan.askers(); i++) {
      TrialAgency agency = i % 2 == 0 ? usual : other;
      users.add(new Asker(site, "stream", agency.key(), true, 700, Set.of()));
    }
    for (int i = 0; i < 2; i++) {
      users.add(new Asker(site, "whole", other.key(), false, 700, Set.of()));
      users.add(new SocketChat(site, usual.key()));
      users.add(new Leaver(site, other.key()));
      users.add(new SlowReader(site, usual.key()));
      users.add(
          new Asker(
              site,
              "narrow",
              narrow.key(),
              true,
              300,
              Set.of("rate_limit_exceeded", "concurrent_streams")));
      users.add(
          new Asker(
              site, "suspended", suspended.key(), true, 300, Set.of("application_suspended")));
    }
    users.add(new Asker(site, "limited", limited.key(), true, 200, Set.of("rate_limit_exceeded")));
    users.add(new Hostile(site, other.key()));
    users.add(new Operator(site, gateway, config, agencies, suspended, OPERATOR_PAUSE_MILLIS));
    return users;
  }

  private List<Window> windows(GatewayProcess gateway) throws IOException, InterruptedException {
    List<Window> windows = new ArrayList<>();
    long start = System.nanoTime();
    MetricsPage before = gateway.metrics();
    for (int i = 1; i <= plan.windows(); i++) {
      long end = start + plan.window().toNanos() * i;
      TimeUnit.NANOSECONDS.sleep(Math.max(0, end - System.nanoTime()));
      MetricsPage now = read(gateway);
      Window window = window(gateway, (System.nanoTime() - start) / 1e9, before, now);
      windows.add(window);
      before = now;
      progress.println(line(window));
    }
    return windows;
  }

  private static MetricsPage read(GatewayProcess gateway) throws IOException, InterruptedException {
    gateway.collectGarbage();
    return gateway.metrics();
  }

  private Window window(GatewayProcess gateway, double second, MetricsPage before, MetricsPage now)
      throws IOException {
    return new Window(
        second,
        (double) gateway.process().memoryMib("VmRSS"),
        now.directMib(),
        now.heapMib(),
        (double) gateway.process().threads(),
        (double) gateway.process().openFiles(),
        p99(outcomes.takeFirst()),
        p99(outcomes.takeBetween()),
        now.sum("vllm:request_success_total") - before.sum("vllm:request_success_total"),
        now.sum("qaqpa_refusals_total") - before.sum("qaqpa_refusals_total"),
        gateway.process().cpu().toNanos() / 1e9);
  }

  private static double p99(Histogram micros) {
    return micros.getTotalCount() == 0 ? Double.NaN : micros.getValueAtPercentile(99) / 1e3;
  }

  private static String line(Window window) {
    return String.format(
        Locale.ROOT,
        "%5.0f s: RSS %.0f, direct %.1f, heap %.1f MiB; %.0f threads, %.0f files; TTFT p99 %.1f, gap"
            + " p99 %.1f ms; %.0f answers, %.0f refusals",
        window.second(),
        window.rss(),
        window.direct(),
        window.heap(),
        window.threads(),
        window.files(),
        window.firstTokenP99(),
        window.tokenGapP99(),
        window.answers(),
        window.refusals());
  }

  /** What should have gone away and has not, some time after the last user. */
  private static Map<String, Double> left(GatewayProcess gateway)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LEAVING.toNanos();
    while (true) {
      MetricsPage page = gateway.metrics();
      Map<String, Double> left = new TreeMap<>();
      for (String name : GOES_AWAY) {
        double value = page.sum(name);
        if (value != 0) {
          left.put(name, value);
        }
      }
      if (left.isEmpty() || System.nanoTime() - end > 0) {
        return left;
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private static List<String> leaks(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("LEAK:")).limit(100).toList();
    }
  }
}
