package kz.qaqpa.cli.bench.peers.proxy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;

/**
 * What {@code bench peers --proxy} measured.
 *
 * @param settings what was measured, and how
 * @param rows each way at each number of connections
 */
public record ProxyReport(
    Machine machine, Instant measured, Map<String, String> settings, List<Row> rows) {

  /** The way of a request. */
  enum Way {
    BARE("client → bare server", false),
    QAQPA("client → Qaqpa", true),
    PORTKEY("client → Portkey → bare server", false),
    PORTKEY_QAQPA("client → Portkey → Qaqpa", false);

    private final String text;
    private final boolean isOurs;

    Way(String text, boolean isOurs) {
      this.text = text;
      this.isOurs = isOurs;
    }

    private String figure() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * One round.
   *
   * @param cpuMicros processor time of a request, of all servers on its way
   */
  record Round(double medianMillis, double p99Millis, double perSecond, double cpuMicros) {}

  /** All rounds of a way. */
  record Row(Way way, int connections, List<Round> rounds) {
    double[] of(ToDoubleFunction<Round> figure) {
      return rounds.stream().mapToDouble(figure).toArray();
    }
  }

  /** The figures in the format of all benchmarks. */
  public BenchResult result() {
    List<Figure> figures = new ArrayList<>();
    for (Row row : rows) {
      String name = "proxy." + row.way.figure() + "." + row.connections + ".";
      Better lower = row.way.isOurs ? Better.LOWER : Better.NEITHER;
      Better higher = row.way.isOurs ? Better.HIGHER : Better.NEITHER;
      figures.add(Figure.of(name + "median", "ms", lower, row.of(Round::medianMillis)));
      figures.add(Figure.of(name + "p99", "ms", lower, row.of(Round::p99Millis)));
      figures.add(Figure.of(name + "requests", "requests/s", higher, row.of(Round::perSecond)));
      figures.add(Figure.of(name + "cpu", "µs", lower, row.of(Round::cpuMicros)));
      if (row.way != Way.BARE) {
        double[] added = added(row, Round::medianMillis);
        figures.add(Figure.of(name + "added-median", "ms", lower, added));
        figures.add(Figure.of(name + "added-p99", "ms", lower, added(row, Round::p99Millis)));
      }
    }
    return new BenchResult("proxy", machine, measured, settings, figures);
  }

  /** Round by round, how much more than the bare server with as many connections. */
  private double[] added(Row row, ToDoubleFunction<Round> figure) {
    Row bare =
        rows.stream()
            .filter(one -> one.way == Way.BARE && one.connections == row.connections)
            .findFirst()
            .orElseThrow();
    double[] all = row.of(figure);
    double[] without = bare.of(figure);
    Arrays.setAll(all, i -> all[i] - without[i]);
    return all;
  }

  /** For a terminal or a document. */
  public String table() {
    List<String> lines = new ArrayList<>(List.of(machine.line()));
    settings.forEach((name, value) -> lines.add(name + ": " + value));
    lines.add("");
    lines.add(
        "| way | connections | answer: median, p99 ms | added: median, p99 ms | requests/s"
            + " (least to most) | processor time of a request, µs |");
    lines.add("|---|---|---|---|---|---|");
    rows.forEach(row -> lines.add(line(row)));
    return String.join("\n", lines);
  }

  private String line(Row row) {
    Figure requests = Figure.of("requests", "requests/s", Better.HIGHER, row.of(Round::perSecond));
    String added =
        row.way == Way.BARE
            ? ""
            : String.format(
                Locale.ROOT,
                "%.2f, %.2f",
                median(added(row, Round::medianMillis)),
                median(added(row, Round::p99Millis)));
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.2f, %.2f | %s | %.0f (%.0f to %.0f) | %.0f |",
        row.way.text,
        row.connections,
        median(row.of(Round::medianMillis)),
        median(row.of(Round::p99Millis)),
        added,
        requests.median(),
        requests.least(),
        requests.most(),
        median(row.of(Round::cpuMicros)));
  }

  private static double median(double[] rounds) {
    return Figure.of("x", "", Better.NEITHER, rounds).median();
  }
}
