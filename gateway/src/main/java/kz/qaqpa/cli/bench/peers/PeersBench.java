package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kz.qaqpa.cli.bench.EndlessModel;
import kz.qaqpa.cli.bench.Workload;
import kz.qaqpa.cli.bench.peers.PeersPlan.Pair;
import kz.qaqpa.cli.bench.peers.PeersReport.Load;
import kz.qaqpa.cli.bench.peers.PeersReport.Prefix;
import kz.qaqpa.cli.bench.peers.PeersReport.Rounds;
import kz.qaqpa.cli.bench.peers.PeersReport.Side;
import kz.qaqpa.cli.bench.peers.llama.NativeLlama;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.gguf.GgufConverter;
import kz.qaqpa.cli.gguf.GgufType;
import kz.qaqpa.tokenizer.BpeTokenizer;

/**
 * The same requests to us and to llama.cpp with the same weights on the same cores, in turn: over
 * HTTP where there is a {@code llama-server}, else loop against loop in processes without HTTP.
 */
final class PeersBench {
  private final PeersPlan plan;
  private final PrintStream progress;
  private final Profiling profiling;
  private final Path model;
  private final Contenders contenders;
  private final BpeTokenizer tokenizer;

  PeersBench(PeersPlan plan, PrintStream progress, Profiling profiling) throws IOException {
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
    this.model = EndlessModel.make(plan.model(), plan.folder());
    this.contenders = new Contenders(plan, model);
    this.tokenizer = BpeTokenizer.load(model);
  }

  /**
   * Runs it.
   *
   * @return the figures, which are also in {@code peers.json} of the folder
   */
  PeersReport measure() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    List<Load> loads = new ArrayList<>();
    List<Prefix> prefixes = new ArrayList<>();
    for (Pair pair : plan.pairs()) {
      Path gguf = gguf(pair.type());
      try (Contender ours = contenders.ours(pair);
          Contender theirs = contenders.theirs(gguf)) {
        warmUp(ours, theirs);
        for (int streams : plan.streams()) {
          loads.add(load(pair, streams, ours, theirs));
        }
        profile(pair, ours);
        prefixes.add(prefix(pair, ours, theirs));
      }
    }
    PeersReport report = new PeersReport(machine, begin, settings(), loads, prefixes);
    report.result().write(plan.folder().resolve("peers.json"));
    return report;
  }

  private Map<String, String> settings() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    Path server = plan.llamaServer();
    settings.put("model", String.valueOf(plan.model().getFileName()));
    settings.put(
        "llama.cpp",
        server == null
            ? "llama_decode in process, libraries of " + NativeLlama.name()
            : "over HTTP, " + server);
    settings.put(
        "Qaqpa",
        server == null
            ? "the engine's loop in process; behind a prefix that others have, the gateway over HTTP"
            : "the gateway over HTTP");
    settings.put("threads", String.valueOf(plan.threads()));
    settings.put("rounds", String.valueOf(plan.rounds()));
    settings.put("maxTokens", String.valueOf(plan.maxTokens()));
    return settings;
  }

  private Path gguf(GgufType type) throws IOException {
    Path file = plan.folder().resolve(plan.model().getFileName() + "-" + type.label() + ".gguf");
    progress.println("converting to " + file);
    GgufConverter.convert(model, file, type);
    return file;
  }

  private void warmUp(Contender ours, Contender theirs) throws IOException {
    progress.println("warming up");
    int most = plan.mostStreams();
    Path bodies = bodies(work().distinct(most * plan.requests(), plan.maxTokens()));
    ours.run(most, bodies);
    theirs.run(most, bodies);
  }

  private Load load(Pair pair, int streams, Contender ours, Contender theirs) throws IOException {
    List<Rounds> rounds = new ArrayList<>();
    Workload work = work();
    int requests = Math.max(streams * plan.requests(), 2 * plan.requests());
    for (int round = 0; round < plan.rounds(); round++) {
      Path bodies = bodies(work.distinct(requests, plan.maxTokens()));
      boolean weBegin = round % 2 == 0;
      Side first = side(weBegin ? ours : theirs, streams, bodies);
      Side second = side(weBegin ? theirs : ours, streams, bodies);
      Rounds both = weBegin ? new Rounds(first, second) : new Rounds(second, first);
      rounds.add(both);
      progress.printf(
          "%s, %d streams, round %d: %.0f and %.0f tokens/s%n",
          pair.precision(),
          streams,
          round + 1,
          both.ours().tokensPerSecond(),
          both.theirs().tokensPerSecond());
    }
    return new Load(pair, streams, rounds);
  }

  private static Side side(Contender contender, int streams, Path bodies) throws IOException {
    long before = contender.process().cpu().toNanos();
    Contender.Round round = contender.run(streams, bodies);
    double micros = (contender.process().cpu().toNanos() - before) / 1e3 / round.outputTokens();
    return new Side(round.tokensPerSecond(), micros, round.promptTokens(), round.outputTokens());
  }

  /** Ours once more with most streams. */
  private void profile(Pair pair, Contender ours) throws IOException, InterruptedException {
    int streams = plan.mostStreams();
    profiling.recordBeside(
        ours.process(),
        "peers-" + pair.precision(),
        () ->
            ours.run(
                streams, bodies(work().distinct(streams * plan.requests(), plan.maxTokens()))));
  }

  /** Alone and never read, alone and read before, and as many at once as there are slots. */
  private Prefix prefix(Pair pair, Contender ours, Contender theirs)
      throws IOException, InterruptedException {
    progress.println("prefixes");
    Workload work = work();
    List<String> distinct = prefixed(work, false);
    final double[] oursCold = tail(ours.firstTokenMillis(distinct));
    final double[] theirsCold = tail(theirs.firstTokenMillis(distinct));
    List<String> shared = prefixed(work, true);
    List<List<String>> together =
        Stream.generate(() -> prefixed(work, true, plan.mostStreams() + 1))
            .limit(plan.rounds())
            .toList();
    final double[] theirsWarm = tail(theirs.firstTokenMillis(shared));
    double[] theirsTogether = together(theirs, together);
    // Loops know no prefixes of ours; the gateway does.
    try (Contender gateway = plan.llamaServer() == null ? contenders.gateway(pair) : null) {
      Contender warm = gateway == null ? ours : gateway;
      warm.firstTokenMillis(prefixed(work, true)); // The just-in-time compilers' turn.
      double[] oursWarm = tail(warm.firstTokenMillis(shared));
      double[] oursTogether = together(warm, together);
      return new Prefix(
          pair, oursCold, theirsCold, oursWarm, theirsWarm, oursTogether, theirsTogether);
    }
  }

  /** The first alone, so that it is read, then all others at once. */
  private static double[] together(Contender contender, List<List<String>> rounds)
      throws IOException {
    List<Double> millis = new ArrayList<>();
    for (List<String> bodies : rounds) {
      contender.firstTokenMillis(bodies.subList(0, 1));
      double[] round = contender.firstTokenMillisTogether(bodies.subList(1, bodies.size()));
      Arrays.stream(round).forEach(millis::add);
    }
    return millis.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private List<String> prefixed(Workload work, boolean shared) {
    return prefixed(work, shared, plan.prefixes() + 1);
  }

  private List<String> prefixed(Workload work, boolean shared, int count) {
    return work.prefixed(tokenizer, shared, count, PeersPlan.PREFIX_TOKENS, 1);
  }

  private static double[] tail(double[] millis) {
    return Arrays.copyOfRange(millis, 1, millis.length);
  }

  private Workload work() throws IOException {
    return Workload.read(
        contenders.modelName(), plan.root().resolve("config/prompts/kazakh.jsonl"));
  }

  private Path bodies(List<String> bodies) throws IOException {
    return Files.write(plan.folder().resolve("bodies.jsonl"), bodies);
  }
}
