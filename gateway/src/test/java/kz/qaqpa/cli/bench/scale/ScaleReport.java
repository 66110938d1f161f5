package kz.qaqpa.cli.bench.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.bench.scale.ScaleGateway.Memory;

/**
 * What was measured.
 *
 * @param eventsPerSecond that the engine was to make of all streams together
 * @param streams by their number
 * @param sockets by their number
 * @param steps by the number of running answers
 */
record ScaleReport(
    int eventsPerSecond, List<Streams> streams, List<Sockets> sockets, List<Steps> steps) {
  private static final double KIB = 1024;

  /** A time of measuring: what the client saw, and processor seconds of both sides. */
  record Round(ScaleClient.Result seen, double cpuSeconds, double clientSeconds) {

    double eventsPerSecond() {
      return seen.events() / (seen.nanos() / 1e9);
    }

    double cpuMicros() {
      return 1e6 * cpuSeconds / seen.events();
    }

    double clientMicros() {
      return 1e6 * clientSeconds / seen.events();
    }
  }

  /**
   * Running streams.
   *
   * @param idle memory before they were opened
   * @param held memory after the last round
   */
  record Streams(int count, Memory idle, Memory held, List<Round> rounds) {}

  /**
   * WebSockets on which nothing is said.
   *
   * @param open as the gateway counts them
   */
  record Sockets(int count, Memory idle, Memory held, long open) {}

  /** A number of running answers. */
  record Steps(int rows, List<StepRound> rounds) {}

  /**
   * The same as a round, with the step loop's own counters.
   *
   * @param steps in it
   * @param outsideSeconds of them outside the engine
   */
  record StepRound(Round round, double steps, double outsideSeconds) {

    double outsideMicros() {
      return 1e6 * outsideSeconds / steps;
    }
  }

  /** All of them. */
  List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    for (Streams some : streams) {
      String name = "scale.streams." + some.count + ".";
      memory(figures, name, some.count, some.idle, some.held);
      rounds(
          figures, name + "events", "events/s", Better.HIGHER, some.rounds, Round::eventsPerSecond);
      rounds(figures, name + "cpu", "us/event", Better.LOWER, some.rounds, Round::cpuMicros);
      rounds(
          figures, name + "client", "us/event", Better.NEITHER, some.rounds, Round::clientMicros);
      rounds(
          figures,
          name + "delay.median",
          "ms",
          Better.LOWER,
          some.rounds,
          r -> r.seen.medianMillis());
      rounds(figures, name + "delay.p99", "ms", Better.LOWER, some.rounds, r -> r.seen.p99Millis());
      rounds(
          figures,
          name + "delay.most",
          "ms",
          Better.NEITHER,
          some.rounds,
          r -> r.seen.mostMillis());
    }
    for (Sockets some : sockets) {
      memory(figures, "scale.sockets." + some.count + ".", some.count, some.idle, some.held);
    }
    for (Steps some : steps) {
      String name = "scale.step." + some.rows + ".";
      List<Round> rounds = some.rounds.stream().map(StepRound::round).toList();
      figures.add(
          Figure.of(
              name + "outside",
              "us/step",
              Better.LOWER,
              some.rounds.stream().mapToDouble(StepRound::outsideMicros).toArray()));
      rounds(figures, name + "cpu", "us/event", Better.LOWER, rounds, Round::cpuMicros);
    }
    return figures;
  }

  private static void memory(
      List<Figure> figures, String name, int count, Memory idle, Memory held) {
    figures.add(Figure.of(name + "resident", "MiB", Better.LOWER, held.mostMib()));
    figures.add(
        Figure.of(
            name + "resident.each",
            "KiB",
            Better.LOWER,
            KIB * (held.residentMib() - idle.residentMib()) / count));
    figures.add(
        Figure.of(
            name + "heap.each",
            "KiB",
            Better.LOWER,
            KIB * (held.heapMib() - idle.heapMib()) / count));
    figures.add(
        Figure.of(
            name + "direct.each",
            "KiB",
            Better.LOWER,
            KIB * (held.directMib() - idle.directMib()) / count));
  }

  private static void rounds(
      List<Figure> figures,
      String name,
      String unit,
      Better better,
      List<Round> rounds,
      ToDoubleFunction<Round> value) {
    figures.add(Figure.of(name, unit, better, rounds.stream().mapToDouble(value).toArray()));
  }

  /** For a terminal or a document. */
  String table(Machine machine) {
    List<String> lines = new ArrayList<>(List.of(machine.line(), ""));
    lines.add(
        "| streams | events/s of "
            + eventsPerSecond
            + " | delay median, p99, most (ms) | CPU an event: gateway, client (us) | RSS idle, now, most (MiB) | of one: RSS, heap, direct (KiB) |");
    lines.add("|---|---|---|---|---|---|");
    streams.forEach(some -> lines.add(row(some)));
    lines.add("");
    lines.add(
        "| idle WebSockets, open | RSS idle, now, most (MiB) | of one: RSS, heap, direct (KiB) |");
    lines.add("|---|---|---|");
    sockets.forEach(some ->
        lines.add(
            String.format(
                Locale.ROOT,
                "| %d, %d | %s |",
                some.count,
                some.open,
                memory(some.count, some.idle, some.held))));
    lines.add("");
    lines.add("| running answers | a step outside the engine (us) | CPU an event (us) |");
    lines.add("|---|---|---|");
    steps.forEach(some -> lines.add(row(some)));
    return String.join("\n", lines);
  }

  private static String row(Streams some) {
    return String.format(
        Locale.ROOT,
        "| %d | %s | %s, %s, %s | %s, %s | %s |",
        some.count,
        spread("%.0f", some.rounds, Round::eventsPerSecond),
        spread("%.1f", some.rounds, r -> r.seen.medianMillis()),
        spread("%.1f", some.rounds, r -> r.seen.p99Millis()),
        spread("%.1f", some.rounds, r -> r.seen.mostMillis()),
        spread("%.1f", some.rounds, Round::cpuMicros),
        spread("%.1f", some.rounds, Round::clientMicros),
        memory(some.count, some.idle, some.held));
  }

  private static String row(Steps some) {
    List<Round> rounds = some.rounds.stream().map(StepRound::round).toList();
    Figure outside =
        Figure.of(
            "outside",
            "us",
            Better.LOWER,
            some.rounds.stream().mapToDouble(StepRound::outsideMicros).toArray());
    return String.format(
        Locale.ROOT,
        "| %d | %.1f (%.1f to %.1f) | %s |",
        some.rows,
        outside.median(),
        outside.least(),
        outside.most(),
        spread("%.1f", rounds, Round::cpuMicros));
  }

  private static String memory(int count, Memory idle, Memory held) {
    return String.format(
        Locale.ROOT,
        "%.0f, %.0f, %.0f | %.1f, %.1f, %.1f",
        idle.residentMib(),
        held.residentMib(),
        held.mostMib(),
        KIB * (held.residentMib() - idle.residentMib()) / count,
        KIB * (held.heapMib() - idle.heapMib()) / count,
        KIB * (held.directMib() - idle.directMib()) / count);
  }

  private static String spread(String format, List<Round> rounds, ToDoubleFunction<Round> value) {
    Figure figure =
        Figure.of("value", "1", Better.NEITHER, rounds.stream().mapToDouble(value).toArray());
    return String.format(Locale.ROOT, format, figure.median())
        + String.format(
            Locale.ROOT, " (" + format + " to " + format + ")", figure.least(), figure.most());
  }
}
