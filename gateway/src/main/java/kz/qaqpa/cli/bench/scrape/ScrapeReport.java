package kz.qaqpa.cli.bench.scrape;

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
 * What scraping costs.
 *
 * @param machine that it ran on
 * @param begin of the run
 * @param settings what it was told to do
 * @param streams that were open and running
 * @param bytes of a page
 * @param rounds of three periods each
 */
public record ScrapeReport(
    Machine machine,
    Instant begin,
    Map<String, String> settings,
    int streams,
    int bytes,
    List<Round> rounds) {

  /**
   * One after the other, equally long.
   *
   * @param quiet without scraping
   * @param usual scraped now and then
   * @param flood scraped back to back
   */
  public record Round(Period quiet, Period usual, Period flood) {

    /** Seconds of processor time that the flood took more than as many tokens without it. */
    double more() {
      return flood.cpuSeconds - quiet.cpuMicrosPerToken() * flood.tokens / 1e6;
    }

    double millisPerScrape() {
      return 1e3 * more() / flood.scrapes;
    }
  }

  /**
   * A period.
   *
   * @param cpuSeconds of the process
   * @param tokens delivered
   */
  public record Period(double seconds, double cpuSeconds, double tokens, int scrapes) {

    /** Processors in use. */
    double cores() {
      return cpuSeconds / seconds;
    }

    double cpuMicrosPerToken() {
      return 1e6 * cpuSeconds / tokens;
    }
  }

  /**
   * Processor time of one scrape, in milliseconds: of the floods, what is more than in the quiet
   * periods for as many tokens. Nothing of it is below the noise of periods, as there are so many.
   */
  public double millisPerScrape() {
    double more = 0;
    double scrapes = 0;
    for (Round round : rounds) {
      more += round.more();
      scrapes += round.flood.scrapes;
    }
    return 1e3 * more / scrapes;
  }

  /** Part of the process's time that scraping once in so many seconds takes. */
  public double share(double everySeconds) {
    double cores =
        rounds.stream().mapToDouble(round -> round.quiet.cores()).average().orElse(Double.NaN);
    return millisPerScrape() / 1e3 / everySeconds / cores;
  }

  /** For a terminal or a document. */
  public String table() {
    List<String> lines = new ArrayList<>(List.of(machine.line(), ""));
    lines.add("| period | CPU, cores | tokens/s | CPU a token, µs | scrapes |");
    lines.add("|---|---|---|---|---|");
    for (Round round : rounds) {
      lines.add(row("without", round.quiet));
      lines.add(row("now and then", round.usual));
      lines.add(row("back to back", round.flood));
    }
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%d streams, a page of %d bytes: %.1f ms of CPU a scrape; of the process %.2f %% every 15 s,"
                + " %.2f %% every 5 s (aim: 1 %%)",
            streams,
            bytes,
            millisPerScrape(),
            100 * share(15),
            100 * share(5)));
    return String.join("\n", lines);
  }

  private static String row(String name, Period period) {
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.0f | %.1f | %d |",
        name,
        period.cores(),
        period.tokens / period.seconds,
        period.cpuMicrosPerToken(),
        period.scrapes);
  }

  /** In the format of all benchmarks. */
  public BenchResult result() {
    return new BenchResult(
        "scrape",
        machine,
        begin,
        settings,
        List.of(
            figure("scrape.cpu", "ms", Better.LOWER, Round::millisPerScrape),
            figure(
                "scrape.share.5s",
                Figure.RATIO,
                Better.LOWER,
                round -> round.millisPerScrape() / 1e3 / 5 / round.quiet.cores()),
            figure("quiet.cores", "cores", Better.LOWER, round -> round.quiet.cores()),
            figure("quiet.cpu", "us/token", Better.LOWER, round -> round.quiet.cpuMicrosPerToken()),
            figure("usual.cpu", "us/token", Better.LOWER, round -> round.usual.cpuMicrosPerToken()),
            Figure.of("page", "bytes", Better.NEITHER, bytes)));
  }

  private Figure figure(String name, String unit, Better better, ToDoubleFunction<Round> each) {
    return Figure.of(name, unit, better, rounds.stream().mapToDouble(each).toArray());
  }
}
