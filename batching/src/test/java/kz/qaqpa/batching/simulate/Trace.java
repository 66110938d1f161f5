package kz.qaqpa.batching.simulate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.batching.PriorityClass;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests in the order in which they come.
 *
 * @param name of whoever made it up or of its file
 */
record Trace(String name, List<Arrival> arrivals) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * A request.
   *
   * @param seconds since the start of the trace
   * @param prompt tokens, of which the first {@code prefixTokens} are those of {@code prefix}
   * @param prefix name of a beginning that requests of one agency share, empty for none
   * @param output tokens
   */
  record Arrival(
      double seconds,
      String agency,
      PriorityClass priorityClass,
      int prompt,
      String prefix,
      int prefixTokens,
      int output) {}

  /**
   * Reads lines such as <code>{"t": 1.5, "agency": "a", "prompt": 300, "output": 100}</code>, with
   * {@code class}, {@code prefix} and {@code prefix_tokens} where there are any.
   *
   * @throws IllegalArgumentException naming the line and what is wrong with it
   */
  static Trace read(Path file) throws IOException {
    List<Arrival> arrivals = new ArrayList<>();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        try {
          arrivals.add(arrival(JSON.readTree(lines.get(i))));
        } catch (RuntimeException wrong) {
          throw new IllegalArgumentException(
              file + ":" + (i + 1) + ": " + wrong.getMessage(), wrong);
        }
      }
    }
    arrivals.sort(Comparator.comparingDouble(Arrival::seconds));
    return new Trace(file.getFileName().toString(), List.copyOf(arrivals));
  }

  private static Arrival arrival(JsonNode node) {
    int prompt = positive(node, "prompt");
    return new Arrival(
        node.path("t").asDouble(),
        node.path("agency").asString(),
        priorityClass(node.path("class").asString("interactive")),
        prompt,
        node.path("prefix").asString(""),
        Math.clamp(node.path("prefix_tokens").asInt(0), 0, prompt),
        positive(node, "output"));
  }

  private static PriorityClass priorityClass(String name) {
    for (PriorityClass one : PriorityClass.values()) {
      if (one.name().equalsIgnoreCase(name)) {
        return one;
      }
    }
    throw new IllegalArgumentException(
        "class: " + name + " (expected: citizen, interactive or batch)");
  }

  private static int positive(JsonNode node, String key) {
    int value = node.path(key).asInt(0);
    if (value < 1) {
      throw new IllegalArgumentException(key + ": " + node.path(key) + " (expected: 1 or more)");
    }
    return value;
  }

  /** Writes what {@link #read} reads. */
  void write(Path file) throws IOException {
    List<String> lines =
        arrivals.stream()
            .map(a ->
                String.format(
                    Locale.ROOT,
                    "{\"t\": %.3f, \"agency\": \"%s\", \"class\": \"%s\", \"prompt\": %d,"
                        + " \"prefix\": \"%s\", \"prefix_tokens\": %d, \"output\": %d}",
                    a.seconds,
                    a.agency,
                    a.priorityClass.name().toLowerCase(Locale.ROOT),
                    a.prompt,
                    a.prefix,
                    a.prefixTokens,
                    a.output))
            .toList();
    Files.write(file, lines);
  }

  /**
   * A made-up trace: agencies whose rates follow Zipf's law with exponent 1, requests that come at
   * random, lengths from log-normal distributions. Each agency's prompts begin with one of two
   * texts.
   *
   * @param rate requests a second of all agencies together
   */
  static Trace synthetic(long seed, int agencies, double rate, double seconds) {
    RandomGenerator random = new SplittableRandom(seed);
    double harmonic = 0;
    for (int i = 1; i <= agencies; i++) {
      harmonic += 1.0 / i;
    }
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 1; i <= agencies; i++) {
      double own = rate / i / harmonic;
      for (double t = random.nextExponential() / own;
          t < seconds;
          t += random.nextExponential() / own) {
        String agency = "agency" + i;
        int prompt = logNormal(random, 150, 0.8, 900);
        arrivals.add(
            new Arrival(
                t,
                agency,
                PriorityClass.INTERACTIVE,
                prompt,
                agency + (random.nextBoolean() ? "a" : "b"),
                Math.min(128, prompt - 1),
                logNormal(random, 120, 0.8, 900)));
      }
    }
    arrivals.sort(Comparator.comparingDouble(Arrival::seconds));
    return new Trace("synthetic, seed " + seed, List.copyOf(arrivals));
  }

  private static int logNormal(RandomGenerator random, double median, double sigma, int most) {
    return (int) Math.clamp(Math.round(median * Math.exp(sigma * random.nextGaussian())), 2, most);
  }
}
