package kz.qaqpa.cli.bench.edge;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;

/**
 * Samples to figures, and figures to a table.
 *
 * @param connections of the client
 * @param events of a streamed answer
 * @param eventBytes of a streamed answer's body, together
 * @param wholeBytes of a short answer's body
 * @param samples of each variant, one of each pass
 * @param threads of the gateway while it signed and streamed: seconds by name
 */
record EdgeReport(
    int connections,
    int events,
    int eventBytes,
    int wholeBytes,
    Map<Variant, List<Sample>> samples,
    Map<String, Double> threads) {

  /**
   * One variant for a while.
   *
   * @param requests that were answered
   * @param events of them; 1 of an answer that is not streamed
   * @param writes calls of the server that wrote
   */
  record Sample(
      long requests,
      long events,
      double seconds,
      double cpuSeconds,
      double clientSeconds,
      long writes) {

    double eventsPerSecond() {
      return events / seconds;
    }

    double requestsPerSecond() {
      return requests / seconds;
    }

    double cpuMicros() {
      return 1e6 * cpuSeconds / events;
    }

    double clientMicros() {
      return 1e6 * clientSeconds / events;
    }

    double clientShare() {
      return clientSeconds / seconds;
    }

    double writesPerEvent() {
      return (double) writes / events;
    }
  }

  /** All of them, in the order of the table. */
  List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    for (Variant variant : Variant.values()) {
      boolean streams = variant.mode() != Mode.WHOLE;
      String name = "edge." + variant.tag() + (streams ? "." : ".whole.");
      figures.add(
          streams
              ? figure(variant, name + "events", "events/s", Better.HIGHER, Sample::eventsPerSecond)
              : figure(
                  variant,
                  name + "requests",
                  "requests/s",
                  Better.HIGHER,
                  Sample::requestsPerSecond));
      figures.add(
          figure(
              variant,
              name + "cpu",
              streams ? "us/event" : "us/request",
              Better.LOWER,
              Sample::cpuMicros));
      figures.add(
          figure(variant, name + "writes", "per event", Better.NEITHER, Sample::writesPerEvent));
      figures.add(figure(variant, name + "client", "cores", Better.NEITHER, Sample::clientShare));
    }
    for (Variant gateway : List.of(Variant.GATEWAY, Variant.SIGNED)) {
      for (Variant bare :
          List.of(Variant.REACTOR, Variant.REACTOR_EACH, Variant.NETTY, Variant.NETTY_EACH)) {
        ratios(figures, gateway, bare, "events");
      }
    }
    for (Variant gateway : List.of(Variant.GATEWAY_WHOLE, Variant.SIGNED_WHOLE)) {
      for (Variant bare : List.of(Variant.REACTOR_WHOLE, Variant.NETTY_WHOLE)) {
        ratios(figures, gateway, bare, "requests");
      }
    }
    return figures;
  }

  private Figure figure(
      Variant variant, String name, String unit, Better better, ToDoubleFunction<Sample> value) {
    return Figure.of(name, unit, better, of(variant).stream().mapToDouble(value).toArray());
  }

  private List<Sample> of(Variant variant) {
    return samples.getOrDefault(variant, List.of());
  }

  /** Both of the same pass, each time. */
  private void ratios(List<Figure> figures, Variant gateway, Variant bare, String what) {
    String name = "edge." + gateway.tag() + ".of." + bare.tag() + "." + what;
    figures.add(ratio(name, gateway, bare, Sample::eventsPerSecond));
    // More than 1 would be a gateway that needs less than the bare server.
    figures.add(ratio(name + ".by-cpu", gateway, bare, sample -> 1 / sample.cpuMicros()));
  }

  private Figure ratio(String name, Variant gateway, Variant bare, ToDoubleFunction<Sample> value) {
    List<Sample> ours = of(gateway);
    List<Sample> theirs = of(bare);
    return Figure.of(
        name,
        Figure.RATIO,
        Better.HIGHER,
        IntStream.range(0, Math.min(ours.size(), theirs.size()))
            .mapToDouble(i -> value.applyAsDouble(ours.get(i)) / value.applyAsDouble(theirs.get(i)))
            .toArray());
  }

  /** For a terminal or a document. */
  static String table(BenchResult result, EdgeReport report) {
    List<String> lines = new ArrayList<>(List.of(result.machine().line(), ""));
    lines.add(
        String.format(
            Locale.ROOT,
            "%d connections; a stream of %d events, %d bytes; a short answer of %d bytes",
            report.connections,
            report.events,
            report.eventBytes,
            report.wholeBytes));
    lines.add("");
    lines.add("| | rate (least to most) | CPU of the server | writes | client, cores |");
    lines.add("|---|---|---|---|---|");
    for (Variant variant : Variant.values()) {
      lines.add(report.row(variant));
    }
    lines.add("");
    lines.add("| part of | rate (least to most) | by CPU (least to most) |");
    lines.add("|---|---|---|");
    List<Figure> ratios = result.figures().stream().filter(Figure::isRatio).toList();
    for (int i = 0; i + 1 < ratios.size(); i += 2) {
      String name = ratios.get(i).name().substring("edge.".length()).replace('.', ' ');
      lines.add(
          "| "
              + name
              + " | "
              + ratios.get(i).percent()
              + " | "
              + ratios.get(i + 1).percent()
              + " |");
    }
    lines.add("");
    lines.add("gateway's processor time by thread, everything on: " + report.byThread());
    return String.join("\n", lines);
  }

  private String row(Variant variant) {
    boolean streams = variant.mode() != Mode.WHOLE;
    Figure rate = figure(variant, "r", "u", Better.HIGHER, Sample::eventsPerSecond);
    Figure cpu = figure(variant, "c", "u", Better.LOWER, Sample::cpuMicros);
    Figure writes = figure(variant, "w", "u", Better.NEITHER, Sample::writesPerEvent);
    Figure client = figure(variant, "k", "u", Better.NEITHER, Sample::clientShare);
    return String.format(
        Locale.ROOT,
        "| %s | %.0f %s (%.0f to %.0f) | %.1f us | %.2f | %.2f |",
        variant.words(),
        rate.median(),
        streams ? "events/s" : "requests/s",
        rate.least(),
        rate.most(),
        cpu.median(),
        writes.median(),
        client.median());
  }

  private String byThread() {
    double all = threads.values().stream().mapToDouble(Double::doubleValue).sum();
    List<String> parts = new ArrayList<>();
    threads.entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .filter(entry -> entry.getValue() >= 0.01 * all && all > 0)
        .forEach(entry ->
            parts.add(
                String.format(
                    Locale.ROOT, "%s %.0f %%", entry.getKey(), 100 * entry.getValue() / all)));
    return parts.isEmpty() ? "too little to tell" : String.join(", ", parts);
  }
}
