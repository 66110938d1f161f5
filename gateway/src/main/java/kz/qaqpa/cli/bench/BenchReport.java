package kz.qaqpa.cli.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;

/**
 * The figures of one run of the benchmark.
 *
 * @param machine that it ran on
 * @param begin of the run
 * @param settings what it was told to do
 * @param readyMillis from starting the server's process to its line {@code ready}, of each start
 * @param samples of all rounds and numbers of streams
 * @param prefixes of all rounds
 */
public record BenchReport(
    Machine machine,
    Instant begin,
    Map<String, String> settings,
    List<Double> readyMillis,
    List<Sample> samples,
    List<Prefix> prefixes,
    Memory memory) {
  /** A p99 of fewer requests is their slowest one. */
  private static final int ENOUGH_FOR_P99 = 100;

  /**
   * One round with one number of streams.
   *
   * @param client what came through HTTP
   * @param gatewayCpuMicros processor time of the server for each token, user and system
   * @param compilers part of that time that the just-in-time compilers took
   * @param loop the engine alone, with the same requests
   * @param loopCpuMicros its processor time for each token
   */
  public record Sample(
      int streams,
      BenchClient.Result client,
      double gatewayCpuMicros,
      double compilers,
      EngineLoop.Result loop,
      double loopCpuMicros) {

    /** Whether both read and made the same number of tokens, as greedy answers must. */
    boolean isSame() {
      return client.outputTokens() == loop.outputTokens()
          && client.promptTokens() == loop.promptTokens();
    }

    /** How much of the gateway's processor time is the engine's own. */
    double cpuShare() {
      return loopCpuMicros / gatewayCpuMicros;
    }

    double loopTokensPerSecond() {
      return loop.outputTokens() / (loop.wallNanos() / 1e9);
    }

    /** How much of the engine's speed the gateway passes on. */
    double wallShare() {
      return client.tokensPerSecond() / loopTokensPerSecond();
    }
  }

  /** Milliseconds to the first token behind a prefix of 500 tokens, medians of a round. */
  public record Prefix(double coldMillis, double warmMillis) {}

  /** MiB of the server's process. */
  public record Memory(long idleMib, long loadedMib, long peakMib) {}

  /** Whether gateway and engine alone did the same work in every round. */
  public boolean countsAgree() {
    return samples.stream().allMatch(Sample::isSame);
  }

  /** In the format of all benchmarks. */
  public BenchResult result() {
    List<Figure> figures = new ArrayList<>();
    for (int streams : streams()) {
      figures.addAll(new Rows(streams).figures());
    }
    figures.add(Figure.of("ready", "ms", Better.LOWER, doubles(readyMillis, d -> d)));
    figures.add(
        Figure.of("prefix.cold.ttft", "ms", Better.LOWER, doubles(prefixes, Prefix::coldMillis)));
    figures.add(
        Figure.of("prefix.warm.ttft", "ms", Better.LOWER, doubles(prefixes, Prefix::warmMillis)));
    figures.add(Figure.of("memory.idle", "MiB", Better.LOWER, (double) memory.idleMib));
    figures.add(Figure.of("memory.loaded", "MiB", Better.LOWER, (double) memory.loadedMib));
    figures.add(Figure.of("memory.peak", "MiB", Better.LOWER, (double) memory.peakMib));
    return new BenchResult("bench", machine, begin, settings, figures);
  }

  private List<Integer> streams() {
    return samples.stream().map(Sample::streams).distinct().sorted().toList();
  }

  private static <T> double[] doubles(List<T> values, ToDoubleFunction<T> figure) {
    return values.stream().mapToDouble(figure).toArray();
  }

  /** The rounds of one number of streams. */
  private final class Rows {
    private final String name;
    private final List<Sample> rounds;

    Rows(int streams) {
      name = "streams" + streams;
      rounds = samples.stream().filter(sample -> sample.streams == streams).toList();
    }

    List<Figure> figures() {
      boolean hasP99 =
          rounds.stream().allMatch(round -> round.client.requests().size() >= ENOUGH_FOR_P99);
      return List.of(
          figure("gateway.tokens", "tokens/s", Better.HIGHER, r -> r.client.tokensPerSecond()),
          figure("loop.tokens", "tokens/s", Better.NEITHER, Sample::loopTokensPerSecond),
          figure("wall", Figure.RATIO, Better.HIGHER, Sample::wallShare),
          figure("gateway.cpu", "us/token", Better.LOWER, Sample::gatewayCpuMicros),
          figure("gateway.compilers", Figure.RATIO, Better.NEITHER, Sample::compilers),
          figure("loop.cpu", "us/token", Better.NEITHER, Sample::loopCpuMicros),
          figure("cpu", Figure.RATIO, Better.HIGHER, Sample::cpuShare),
          figure("ttft.median", "ms", Better.LOWER, r -> Samples.median(r.client.ttftMillis())),
          figure(
              "ttft.p99",
              "ms",
              hasP99 ? Better.LOWER : Better.NEITHER,
              r -> Samples.percentile(99, r.client.ttftMillis())));
    }

    private Figure figure(String what, String unit, Better better, ToDoubleFunction<Sample> each) {
      return Figure.of(name + "." + what, unit, better, doubles(rounds, each));
    }
  }

  /** For a terminal or a document: medians, and from the least to the most in parentheses. */
  public String table() {
    BenchResult result = result();
    List<String> lines = new ArrayList<>(List.of(machine.line(), ""));
    lines.add(
        "| streams | tokens/s: gateway, engine alone | ratio | CPU a token, us: gateway, engine"
            + " alone | engine's share | compilers | TTFT median, p99 ms | rounds |");
    lines.add("|---|---|---|---|---|---|---|---|");
    for (int streams : streams()) {
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(streams));
      cells.add(both(result, streams, "gateway.tokens", "loop.tokens"));
      cells.add(figure(result, streams, "wall").percent());
      cells.add(both(result, streams, "gateway.cpu", "loop.cpu"));
      cells.add(figure(result, streams, "cpu").percent());
      double compilers = figure(result, streams, "gateway.compilers").median();
      cells.add(String.format(Locale.ROOT, "%.1f %%", 100 * compilers));
      cells.add(both(result, streams, "ttft.median", "ttft.p99"));
      cells.add(String.valueOf(figure(result, streams, "cpu").rounds()));
      lines.add("| " + String.join(" | ", cells) + " |");
    }
    lines.add("");
    lines.add(
        countsAgree()
            ? "tokens read and written are the same on both sides"
            : "tokens read or written DIFFER between gateway and engine");
    for (String name : List.of("ready", "prefix.cold.ttft", "prefix.warm.ttft")) {
      result
          .figure(name)
          .filter(figure -> figure.rounds() > 0)
          .ifPresent(figure ->
              lines.add(
                  String.format(
                      Locale.ROOT,
                      "%s: %.1f ms (%.1f to %.1f)",
                      figure.name(),
                      figure.median(),
                      figure.least(),
                      figure.most())));
    }
    lines.add(
        String.format(
            Locale.ROOT,
            "memory of the server: idle %d MiB, after the load %d MiB, at most %d MiB",
            memory.idleMib,
            memory.loadedMib,
            memory.peakMib));
    return String.join("\n", lines);
  }

  private static Figure figure(BenchResult result, int streams, String what) {
    return result.figure("streams" + streams + "." + what).orElseThrow();
  }

  private static String both(BenchResult result, int streams, String one, String other) {
    double first = figure(result, streams, one).median();
    double second = figure(result, streams, other).median();
    return String.format(Locale.ROOT, first < 100 ? "%.1f, %.1f" : "%.0f, %.0f", first, second);
  }
}
