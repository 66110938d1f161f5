package kz.qaqpa.cli.bench.scrape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What scraping costs.
 *
 * @param machine processors and Java
 * @param streams that were open and running
 * @param bytes of a page
 * @param rounds of three periods each
 */
public record ScrapeReport(String machine, int streams, int bytes, List<Round> rounds) {

  /**
   * One after the other, equally long.
   *
   * @param quiet without scraping
   * @param usual scraped now and then
   * @param flood scraped back to back
   */
  public record Round(Period quiet, Period usual, Period flood) {}

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
      more += round.flood.cpuSeconds - round.quiet.cpuMicrosPerToken() * round.flood.tokens / 1e6;
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
    List<String> lines = new ArrayList<>(List.of(machine, ""));
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

  /** Writes it as JSON. */
  void write(Path file) throws IOException {
    JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    Files.writeString(file, json.writeValueAsString(this));
  }
}
