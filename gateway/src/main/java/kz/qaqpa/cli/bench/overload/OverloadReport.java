package kz.qaqpa.cli.bench.overload;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;

/**
 * What an overload came to.
 *
 * @param machine that it ran on
 * @param begin of the run
 * @param settings what it was told to do
 * @param capacity what it does when nothing more is asked
 * @param offered what was asked, and became of it
 * @param refusals how long refusing took, inside the server
 * @param counts of client, server and ledger, which must agree
 * @param before the process before the overload, and {@code after} it
 */
public record OverloadReport(
    Machine machine,
    Instant begin,
    Map<String, String> settings,
    Capacity capacity,
    Offered offered,
    Refusals refusals,
    Counts counts,
    Footprint before,
    Footprint after) {

  /**
   * In a closed loop.
   *
   * @param streams at once
   */
  public record Capacity(int streams, double tokensPerSecond, double answersPerSecond) {}

  /**
   * In an open loop.
   *
   * @param times the capacity, in requests
   * @param perSecond requests
   * @param goodput tokens a second of answers that were whole within the time
   * @param held requests that the client had no connection for
   * @param ttftMedianMillis of those that were answered, {@code ttftP99Millis} likewise
   */
  public record Offered(
      double times,
      double perSecond,
      double seconds,
      double goodput,
      int held,
      double ttftMedianMillis,
      double ttftP99Millis) {}

  /** Milliseconds from a request to its refusal, by the server's own histogram. */
  public record Refusals(double count, double medianMillis, double p99Millis) {}

  /**
   * Requests that ended.
   *
   * @param sent by the client
   * @param clientAnswered as the client saw it, {@code clientRefused} likewise, by code
   * @param serverAnswered as the server counted it, {@code serverRefused} likewise
   * @param ledgerAnswered records of answers in the ledger
   */
  public record Counts(
      long sent,
      long clientAnswered,
      SortedMap<String, Long> clientRefused,
      long serverAnswered,
      long serverRefused,
      long ledgerAnswered) {

    /** Whether everything ended, and all say the same. */
    public boolean agree() {
      long refused = clientRefused.values().stream().mapToLong(Long::longValue).sum();
      return sent == clientAnswered + refused
          && clientAnswered == serverAnswered
          && clientAnswered == ledgerAnswered
          && refused == serverRefused;
    }
  }

  /**
   * What the process holds while nobody asks.
   *
   * @param busy requests that run, wait, or hold quotas
   */
  public record Footprint(
      long rssMib, double heapMib, double directMib, long threads, long openFiles, double busy) {}

  /** How much of the capacity is left for good under the overload. */
  public double share() {
    return offered.goodput / capacity.tokensPerSecond;
  }

  /** For a terminal or a document. */
  public String table() {
    List<String> lines = new ArrayList<>(List.of(machine.line(), ""));
    lines.add("| | | aim |");
    lines.add("|---|---|---|");
    lines.add(
        row(
            "capacity, %d streams",
            capacity.streams,
            String.format(
                Locale.ROOT,
                "%.0f tokens/s, %.1f answers/s | |",
                capacity.tokensPerSecond,
                capacity.answersPerSecond)));
    lines.add(
        String.format(
            Locale.ROOT,
            "| offered for %.0f s | %.1f requests/s, %.1f times as much | |",
            offered.seconds,
            offered.perSecond,
            offered.times));
    lines.add(
        String.format(
            Locale.ROOT,
            "| goodput | %.0f tokens/s, %.1f %% of the capacity | 90 %% |",
            offered.goodput,
            100 * share()));
    lines.add(
        String.format(
            Locale.ROOT,
            "| refusal, in the server: median, p99 | %.2f, %.2f ms (%.0f refusals) | 5 ms |",
            refusals.medianMillis,
            refusals.p99Millis,
            refusals.count));
    lines.add(
        String.format(
            Locale.ROOT,
            "| TTFT of those answered: median, p99 | %.0f, %.0f ms | |",
            offered.ttftMedianMillis,
            offered.ttftP99Millis));
    lines.add("");
    lines.add(counted());
    lines.add("before: " + held(before));
    lines.add("after:  " + held(after));
    return String.join("\n", lines);
  }

  private static String row(String format, int number, String rest) {
    return "| " + String.format(Locale.ROOT, format, number) + " | " + rest;
  }

  private String counted() {
    return String.format(
        Locale.ROOT,
        "%s: %d sent, %d held back; answered: client %d, server %d, ledger %d; refused: client %s,"
            + " server %d",
        counts.agree() ? "counts agree" : "counts DIFFER",
        counts.sent,
        offered.held,
        counts.clientAnswered,
        counts.serverAnswered,
        counts.ledgerAnswered,
        counts.clientRefused,
        counts.serverRefused);
  }

  private static String held(Footprint footprint) {
    return String.format(
        Locale.ROOT,
        "RSS %d MiB, heap after GC %.1f MiB, direct %.1f MiB, %d threads, %d open files, %.0f busy",
        footprint.rssMib,
        footprint.heapMib,
        footprint.directMib,
        footprint.threads,
        footprint.openFiles,
        footprint.busy);
  }

  /** In the format of all benchmarks. */
  public BenchResult result() {
    return new BenchResult(
        "overload",
        machine,
        begin,
        settings,
        List.of(
            one("capacity", "tokens/s", Better.HIGHER, capacity.tokensPerSecond),
            one("goodput", "tokens/s", Better.HIGHER, offered.goodput),
            one("goodput.share", Figure.RATIO, Better.HIGHER, share()),
            one("refusal.median", "ms", Better.LOWER, refusals.medianMillis),
            one("refusal.p99", "ms", Better.LOWER, refusals.p99Millis),
            one("ttft.median", "ms", Better.LOWER, offered.ttftMedianMillis),
            one("ttft.p99", "ms", Better.LOWER, offered.ttftP99Millis),
            one("requests.answered", "requests", Better.NEITHER, (double) counts.clientAnswered),
            one("requests.refused", "requests", Better.NEITHER, (double) counts.serverRefused),
            one("memory.after", "MiB", Better.LOWER, (double) after.rssMib),
            one("heap.after", "MiB", Better.LOWER, after.heapMib)));
  }

  private static Figure one(String name, String unit, Better better, double value) {
    return Figure.of(name, unit, better, value);
  }
}
