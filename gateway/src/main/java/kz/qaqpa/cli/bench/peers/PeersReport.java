package kz.qaqpa.cli.bench.peers;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;

/**
 * What {@code bench peers} measured.
 *
 * @param settings what was measured, and how
 * @param loads of each pair and number of streams
 * @param prefixes of each pair
 */
public record PeersReport(
    Machine machine,
    Instant measured,
    Map<String, String> settings,
    List<Load> loads,
    List<Prefix> prefixes) {

  /** One round: both sides had the same requests. */
  record Side(double tokensPerSecond, double cpuMicros, long promptTokens, long outputTokens) {}

  /** Two sides of a round. */
  record Rounds(Side ours, Side theirs) {}

  /** A number of streams. */
  record Load(PeersPlan.Pair pair, int streams, List<Rounds> rounds) {
    double[] of(java.util.function.ToDoubleFunction<Rounds> figure) {
      return rounds.stream().mapToDouble(figure).toArray();
    }

    /** Whether both read and made as many tokens as the other. */
    boolean sameTokens() {
      return rounds.stream()
          .allMatch(round ->
              round.ours.promptTokens == round.theirs.promptTokens
                  && round.ours.outputTokens == round.theirs.outputTokens);
    }
  }

  /**
   * Milliseconds to the first token behind a long beginning: one after the other, where it was not
   * read before and where it was; and of as many at once as there are sequences, after one has read
   * it.
   */
  @SuppressWarnings("ArrayRecordComponent") // Filled once, read once.
  record Prefix(
      PeersPlan.Pair pair,
      double[] oursCold,
      double[] theirsCold,
      double[] oursWarm,
      double[] theirsWarm,
      double[] oursTogether,
      double[] theirsTogether) {}

  /** The figures in the format of all benchmarks. */
  public BenchResult result() {
    List<Figure> figures = new ArrayList<>();
    for (Load load : loads) {
      String name = "peers." + load.pair.precision() + "." + load.streams + ".";
      figures.add(tokens(name + "qaqpa", load, Rounds::ours));
      figures.add(tokens(name + "llama", load, Rounds::theirs));
      figures.add(speed(name + "ratio", load));
      figures.add(processor(name + "cpu-ratio", load));
    }
    for (Prefix prefix : prefixes) {
      String name = "peers." + prefix.pair.precision() + ".ttft.";
      figures.add(millis(name + "cold.qaqpa", prefix.oursCold));
      figures.add(millis(name + "cold.llama", prefix.theirsCold));
      figures.add(millis(name + "warm.qaqpa", prefix.oursWarm));
      figures.add(millis(name + "warm.llama", prefix.theirsWarm));
      figures.add(millis(name + "together.qaqpa", prefix.oursTogether));
      figures.add(millis(name + "together.llama", prefix.theirsTogether));
    }
    return new BenchResult("peers", machine, measured, settings, figures);
  }

  private static Figure tokens(
      String name, Load load, java.util.function.Function<Rounds, Side> side) {
    boolean isOurs = name.endsWith("qaqpa");
    return Figure.of(
        name,
        "tokens/s",
        isOurs ? Better.HIGHER : Better.NEITHER,
        load.of(round -> side.apply(round).tokensPerSecond));
  }

  private static Figure speed(String name, Load load) {
    return Figure.of(
        name,
        Figure.RATIO,
        Better.HIGHER,
        load.of(round -> round.ours.tokensPerSecond / round.theirs.tokensPerSecond));
  }

  /** How many times our processor time for a token llama.cpp's is. */
  private static Figure processor(String name, Load load) {
    return Figure.of(
        name,
        Figure.RATIO,
        Better.HIGHER,
        load.of(round -> round.theirs.cpuMicros / round.ours.cpuMicros));
  }

  private static Figure millis(String name, double[] samples) {
    return Figure.of(name, "ms", name.endsWith("qaqpa") ? Better.LOWER : Better.NEITHER, samples);
  }

  /** For a terminal or a document. */
  public String table() {
    List<String> lines = new ArrayList<>(List.of(machine.line()));
    settings.forEach((name, value) -> lines.add(name + ": " + value));
    lines.add("");
    lines.add(
        "| ours, llama.cpp's | streams | tokens/s: ours, llama.cpp | ratio (least to most) |"
            + " processor time a token: llama.cpp's / ours | tokens in, out |");
    lines.add("|---|---|---|---|---|---|");
    loads.forEach(load -> lines.add(row(load)));
    lines.add("");
    lines.add(
        "| ours, llama.cpp's | TTFT, prefix of "
            + PeersPlan.PREFIX_TOKENS
            + " tokens not read before: ours, llama.cpp | read before | all sequences at once,"
            + " read before by one: median, most |");
    lines.add("|---|---|---|---|");
    prefixes.forEach(prefix -> lines.add(row(prefix)));
    return String.join("\n", lines);
  }

  private static String row(Load load) {
    Figure ratio = speed("ratio", load);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.0f, %.0f | %.2f (%.2f to %.2f) | %.2f | %d, %d%s |",
        pair(load.pair),
        load.streams,
        tokens("qaqpa", load, Rounds::ours).median(),
        tokens("llama", load, Rounds::theirs).median(),
        ratio.median(),
        ratio.least(),
        ratio.most(),
        processor("cpu", load).median(),
        load.rounds.getFirst().ours.promptTokens,
        load.rounds.getFirst().ours.outputTokens,
        load.sameTokens()
            ? ""
            : String.format(
                Locale.ROOT,
                " (llama.cpp %d, %d)",
                load.rounds.getFirst().theirs.promptTokens,
                load.rounds.getFirst().theirs.outputTokens));
  }

  private static String row(Prefix prefix) {
    return String.format(
        Locale.ROOT,
        "| %s | %.1f, %.1f ms | %.1f, %.1f ms | %.0f, %.0f; %.0f, %.0f ms |",
        pair(prefix.pair),
        millis("qaqpa", prefix.oursCold).median(),
        millis("llama", prefix.theirsCold).median(),
        millis("qaqpa", prefix.oursWarm).median(),
        millis("llama", prefix.theirsWarm).median(),
        millis("qaqpa", prefix.oursTogether).median(),
        millis("qaqpa", prefix.oursTogether).most(),
        millis("llama", prefix.theirsTogether).median(),
        millis("llama", prefix.theirsTogether).most());
  }

  private static String pair(PeersPlan.Pair pair) {
    return pair.precision() + ", " + pair.type().name();
  }
}
