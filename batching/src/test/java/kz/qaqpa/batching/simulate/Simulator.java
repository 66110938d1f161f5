package kz.qaqpa.batching.simulate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.HostCacheSettings;
import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.SchedulingPolicy;

/** {@code ./qaqpa simulate}: policies side by side on one trace, in virtual time. */
public final class Simulator {
  private static final Set<String> OPTIONS =
      Set.of(
          "trace",
          "seed",
          "agencies",
          "rate",
          "seconds",
          "engine",
          "slots",
          "step-tokens",
          "policies",
          "host-mib",
          "preempt",
          "svg",
          "write");

  private Simulator() {}

  /** Prints a table; with {@code --svg FILE} draws the gap of service over time. */
  public static void main(String[] arguments) throws IOException {
    Map<String, String> options;
    try {
      options = options(arguments);
      run(options);
    } catch (NoSuchFileException missing) {
      System.err.println("simulate: " + missing.getFile() + ": no such file");
      System.exit(2);
    } catch (IllegalArgumentException wrong) {
      System.err.println("simulate: " + wrong.getMessage());
      System.exit(2);
    }
  }

  private static void run(Map<String, String> options) throws IOException {
    Trace trace = trace(options);
    if (options.containsKey("write")) {
      trace.write(Path.of(options.get("write")));
    }
    CostModel cost = named("engine", options.getOrDefault("engine", "cpu"), CostModel.values());
    int slots = (int) number(options, "slots", 32, 1, 1_024);
    int stepTokens = (int) number(options, "step-tokens", 256, 1, 4_096);
    List<Outcome> outcomes = new ArrayList<>();
    for (String name : options.getOrDefault("policies", "fcfs,priority,vtc,fair").split(",")) {
      BatchingSettings settings =
          BatchingSettings.defaults()
              .withStepTokens(stepTokens)
              .withPolicy(
                  named("policies", name.strip(), SchedulingPolicy.values()),
                  FairnessSettings.defaults())
              .withTiers(hostCache(options), preemption(options));
      outcomes.add(new Simulation(trace, settings, cost, slots).run());
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %d requests in %.0f s; engine %s, %d slots, %d tokens a step%n%n%s",
        trace.name(),
        trace.arrivals().size(),
        trace.arrivals().getLast().seconds(),
        cost.name().toLowerCase(Locale.ROOT),
        slots,
        stepTokens,
        Report.text(outcomes));
    if (options.containsKey("svg")) {
      String title = "Gap of service, weighted tokens/s, over " + trace.name();
      Files.writeString(Path.of(options.get("svg")), Report.svg(title, outcomes));
    }
  }

  private static HostCacheSettings hostCache(Map<String, String> options) {
    HostCacheSettings usual = HostCacheSettings.defaults();
    long bytes = (long) number(options, "host-mib", usual.bytes() >> 20, 0, 1 << 24) << 20;
    return new HostCacheSettings(bytes, usual.blocksPerStep(), usual.reservedShare());
  }

  /** {@code --preempt 0} turns it off, another number is the deficit. */
  private static PreemptionSettings preemption(Map<String, String> options) {
    PreemptionSettings usual = PreemptionSettings.defaults();
    int deficit = (int) number(options, "preempt", usual.deficit(), 0, 1 << 24);
    return new PreemptionSettings(
        deficit > 0, Math.max(1, deficit), usual.mostTimes(), usual.interval());
  }

  private static Trace trace(Map<String, String> options) throws IOException {
    String file = options.get("trace");
    Trace trace =
        file != null
            ? Trace.read(Path.of(file))
            : Trace.synthetic(
                (long) number(options, "seed", System.nanoTime() % 1_000_000, 0, 1L << 53),
                (int) number(options, "agencies", 27, 1, 10_000),
                number(options, "rate", 8, 0.001, 100_000),
                number(options, "seconds", 600, 1, 1_000_000));
    if (trace.arrivals().isEmpty()) {
      throw new IllegalArgumentException(trace.name() + ": no requests (expected: 1 or more)");
    }
    return trace;
  }

  private static double number(
      Map<String, String> options, String name, double fallback, double low, double high) {
    String value = options.get(name);
    try {
      double number = value == null ? fallback : Double.parseDouble(value);
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below, as for a number out of range.
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "--%s: %s (expected: %.0f to %.0f)", name, value, low, high));
  }

  private static <E extends Enum<E>> E named(String option, String value, E[] all) {
    for (E one : all) {
      if (one.name().equalsIgnoreCase(value)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "--"
            + option
            + ": "
            + value
            + " (expected: one of "
            + Arrays.toString(all).toLowerCase(Locale.ROOT)
            + ")");
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      if (!arguments[i].startsWith("--")) {
        options.put("trace", arguments[i]);
        continue;
      }
      String name = arguments[i].substring(2);
      if (!OPTIONS.contains(name) || i + 1 == arguments.length) {
        throw new IllegalArgumentException(
            arguments[i]
                + ": unknown, or without a value (expected: one of "
                + OPTIONS.stream().sorted().toList()
                + ")");
      }
      options.put(name, arguments[++i]);
    }
    return options;
  }
}
