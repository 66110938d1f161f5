package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.client.ApiClient;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.TrialAgency;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code ./qaqpa bench label --served}: what the watermark and the signature cost in tokens per
 * second, through the gateway.
 *
 * <p>Two gateways run. In one everything is as usual; it has an application with the watermark and
 * one without. The other is {@link VoidSignatureMain}, which signs or does not. So each of the two
 * is switched within one process, and the two processes compared with each other show what a
 * difference between two of them says at all.
 */
public final class ServedLabelBench implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String NAME = "label-served";
  private static final int STREAMS = 32;
  private static final int REQUESTS = 4 * STREAMS;
  private static final int MAX_TOKENS = 64;
  private static final int WARM_UPS = 2;

  private enum Variant {
    USUAL("as usual", "on"),
    UNMARKED("without the watermark", "off"),
    UNSIGNED("without the signature, second process", "on"),
    CONTROL("as usual, second process", "on");

    private final String words;
    private final String watermark;

    Variant(String words, String watermark) {
      this.words = words;
      this.watermark = watermark;
    }

    boolean isOfSecond() {
      return this == UNSIGNED || this == CONTROL;
    }
  }

  private record Server(Child child, int port) {}

  private record Figures(double tokensPerSecond, double cpuMicros) {}

  private final PrintStream out;
  private final Machine machine = Machine.here();
  private final Instant begin = Instant.now();
  private final Path root = BenchProgram.root();
  private final Path folder = Files.createDirectories(root.resolve("target/bench/labels"));
  private final Path whileVoid = folder.resolve("signatures-are-void");
  private final Map<String, String> keys = Map.of("on", Secrets.newKey(), "off", Secrets.newKey());
  private final List<Server> servers = new CopyOnWriteArrayList<>();
  private final Map<Variant, List<Figures>> measured = new EnumMap<>(Variant.class);
  private final Workload work;

  private ServedLabelBench(PrintStream out) throws IOException {
    this.out = out;
    Path shipped = root.resolve("config/models/kaz-mini");
    work =
        Workload.read(
            shipped.getFileName().toString(), root.resolve("config/prompts/kazakh.jsonl"));
    Files.writeString(folder.resolve("agencies.yaml"), agencies());
    String model = EndlessModel.make(shipped, folder).toString();
    start("first", "kz.qaqpa.Main", List.of(), model);
    start("second", VoidSignatureMain.class.getName(), List.of(whileVoid.toString()), model);
  }

  /**
   * Measures and prints.
   *
   * @param args {@code --rounds N} of each variant; {@code --against FILE}; {@code --profile}, of
   *     both gateways
   */
  public static void main(String[] args) throws InterruptedException {
    BenchProgram.main(
        NAME, args, Set.of("rounds"), Set.of(Profiling.SWITCH), ServedLabelBench::run);
  }

  private static BenchResult run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    int rounds = options.number("rounds", 11, 1, 100);
    try (ServedLabelBench bench = new ServedLabelBench(out)) {
      out.println(bench.machine.line());
      boolean isProfiled = options.has(Profiling.SWITCH);
      bench.warmUp();
      bench.profiled(Profiling.of(options, bench.folder, out), rounds);
      bench.print();
      BenchResult result = bench.result(isProfiled);
      result.write(bench.folder.resolve(NAME + ".json"));
      return result;
    }
  }

  private void profiled(Profiling profiling, int rounds) throws IOException, InterruptedException {
    profiling.record(
        server(Variant.USUAL).child,
        "label-served-first",
        () ->
            profiling.record(
                server(Variant.CONTROL).child,
                "label-served-second",
                () -> {
                  measure(rounds);
                  return rounds;
                }));
  }

  private String agencies() {
    StringBuilder yaml =
        new StringBuilder(
            """
            agencies:
              - id: bench
                name: {kk: өлшем, ru: замер, en: bench}
                applications:
            """);
    keys.forEach((watermark, key) ->
        yaml.append(
            """
                  - id: watermark-%s
                    watermark: %s
                    keys: [{sha256: %s}]
            %s\
            """
                .formatted(watermark, watermark, Secrets.sha256(key), TrialAgency.DECLARATION)));
    return yaml.toString();
  }

  private void start(String name, String mainClass, List<String> before, String model)
      throws IOException {
    List<String> args = new ArrayList<>(before);
    args.addAll(List.of("serve", "--port", "0", "--admin-port", "0", "--model", model));
    args.addAll(List.of("--config", folder.toString()));
    args.addAll(List.of("--state", folder.resolve(name).toString()));
    Child child = Child.start(name, folder, Map.of(), mainClass, args);
    try {
      servers.add(new Server(child, BenchSides.port(child.awaitLine("ready "))));
      child.dropOutput();
    } catch (IOException e) {
      child.close();
      throw e;
    }
  }

  private void warmUp() throws IOException, InterruptedException {
    for (Variant variant : Variant.values()) {
      switchTo(variant);
      requireLabelOf(variant);
    }
    for (int i = 0; i < WARM_UPS; i++) {
      for (Variant variant : Variant.values()) {
        switchTo(variant);
        round(variant);
      }
    }
  }

  /** Each round has all variants, beginning with another one, so that all meet the same machine. */
  private void measure(int rounds) throws IOException {
    List<Variant> order = new ArrayList<>(List.of(Variant.values()));
    for (int i = 1; i <= rounds; i++) {
      for (Variant variant : order) {
        switchTo(variant);
        Figures figures = round(variant);
        measured.computeIfAbsent(variant, _ -> new ArrayList<>()).add(figures);
        System.err.printf(
            "round %d, %s: %.0f tokens/s%n", i, variant.words, figures.tokensPerSecond);
      }
      Collections.rotate(order, 1);
    }
  }

  private void switchTo(Variant variant) throws IOException {
    Files.deleteIfExists(whileVoid);
    if (variant == Variant.UNSIGNED) {
      Files.createFile(whileVoid);
    }
  }

  /** Measuring one thing and meaning another would be easy here. */
  private void requireLabelOf(Variant variant) throws IOException, InterruptedException {
    ObjectNode body = requests(1).getFirst();
    body.remove(List.of("stream", "stream_options"));
    try (ApiClient client =
            new ApiClient("http://127.0.0.1:" + server(variant).port, keys.get(variant.watermark));
        InputStream in =
            client
                .send(
                    client
                        .request("v1/chat/completions")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString()))
                        .build())
                .body()) {
      JsonNode label = JSON.readTree(in).required("content_label");
      boolean isSigned = !label.required("jws").asString().endsWith(VoidSignatureMain.ZEROS);
      boolean isMarked = label.path("watermark").isObject();
      if (isSigned != (variant != Variant.UNSIGNED) || isMarked != (variant != Variant.UNMARKED)) {
        throw new IOException(variant + ": signed " + isSigned + ", watermark " + isMarked);
      }
    }
  }

  private Figures round(Variant variant) throws IOException {
    Path bodies = folder.resolve("bodies.jsonl");
    Files.write(bodies, requests(REQUESTS).stream().map(ObjectNode::toString).toList());
    Server server = server(variant);
    List<String> headers = List.of(BenchClient.bearer(keys.getOrDefault(variant.watermark, "")));
    long before = server.child.cpu().toNanos();
    BenchClient.Result result =
        BenchClient.inProcess(folder, server.port, headers, STREAMS, bodies);
    double cpu = server.child.cpu().toNanos() - before;
    return new Figures(result.tokensPerSecond(), cpu / 1e3 / result.outputTokens());
  }

  /** Drawn, not greedy: only those have the watermark. */
  private List<ObjectNode> requests(int count) {
    return work.distinct(count, MAX_TOKENS).stream()
        .map(body -> ((ObjectNode) JSON.readTree(body)).put("temperature", 1))
        .toList();
  }

  private Server server(Variant variant) {
    return servers.get(variant.isOfSecond() ? 1 : 0);
  }

  private void print() {
    out.printf(
        "load average %.1f at the end; %d rounds of %d answers of %d tokens, %d at once%n%n",
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        rounds(Variant.USUAL).size(),
        REQUESTS,
        MAX_TOKENS,
        STREAMS);
    out.println("| | tokens/s | CPU a token (µs) |\n|---|---|---|");
    measured.forEach((variant, rounds) ->
        out.printf(
            "| %s | %.0f | %.0f |%n",
            variant.words,
            median(rounds, Figures::tokensPerSecond),
            median(rounds, Figures::cpuMicros)));
    out.println("\n| with over without | tokens/s (middle half) | CPU (middle half) |");
    out.println("|---|---|---|");
    ratios("watermark", Variant.USUAL, Variant.UNMARKED);
    ratios("signature, two processes", Variant.USUAL, Variant.UNSIGNED);
    ratios("signature, one process", Variant.CONTROL, Variant.UNSIGNED);
    ratios("nothing: one process over the other", Variant.USUAL, Variant.CONTROL);
  }

  private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
    return Samples.median(rounds.stream().mapToDouble(figure).toArray());
  }

  private void ratios(String what, Variant with, Variant without) {
    out.printf(
        "| %s | %s | %s |%n",
        what,
        ratio(with, without, Figures::tokensPerSecond),
        ratio(with, without, Figures::cpuMicros));
  }

  private String ratio(Variant with, Variant without, ToDoubleFunction<Figures> figure) {
    double[] each = ratios(with, without, figure);
    return "%.3f (%.3f to %.3f)"
        .formatted(
            Samples.median(each), Samples.percentile(25, each), Samples.percentile(75, each));
  }

  /** Of each round, whose parts met much the same load. */
  private double[] ratios(Variant with, Variant without, ToDoubleFunction<Figures> figure) {
    List<Figures> over = rounds(with);
    List<Figures> under = rounds(without);
    return IntStream.range(0, over.size())
        .mapToDouble(i -> figure.applyAsDouble(over.get(i)) / figure.applyAsDouble(under.get(i)))
        .toArray();
  }

  private BenchResult result(boolean isProfiled) {
    List<Figure> figures = new ArrayList<>();
    for (Variant variant : Variant.values()) {
      String name = variant.name().toLowerCase(Locale.ROOT);
      double[] tokens = rounds(variant).stream().mapToDouble(Figures::tokensPerSecond).toArray();
      double[] cpu = rounds(variant).stream().mapToDouble(Figures::cpuMicros).toArray();
      figures.add(Figure.of(name + ".tokens", "tokens/s", Better.HIGHER, tokens));
      figures.add(Figure.of(name + ".cpu", "us/token", Better.LOWER, cpu));
    }
    addRatios("watermark", Variant.USUAL, Variant.UNMARKED, Better.HIGHER, figures);
    addRatios("signature", Variant.CONTROL, Variant.UNSIGNED, Better.HIGHER, figures);
    addRatios("nothing", Variant.USUAL, Variant.CONTROL, Better.NEITHER, figures);
    Map<String, String> settings = new TreeMap<>();
    settings.put("streams", String.valueOf(STREAMS));
    settings.put("maxTokens", String.valueOf(MAX_TOKENS));
    if (isProfiled) {
      settings.put(Profiling.SWITCH, "on");
    }
    return new BenchResult(NAME, machine, begin, settings, figures);
  }

  private void addRatios(
      String name, Variant with, Variant without, Better better, List<Figure> figures) {
    double[] each = ratios(with, without, Figures::tokensPerSecond);
    figures.add(Figure.of(name + ".ratio", Figure.RATIO, better, each));
  }

  private List<Figures> rounds(Variant variant) {
    return measured.getOrDefault(variant, List.of());
  }

  /** Ends the gateways. */
  @Override
  public void close() {
    servers.forEach(server -> server.child.close());
  }
}
