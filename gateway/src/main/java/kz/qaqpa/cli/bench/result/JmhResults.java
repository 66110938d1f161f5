package kz.qaqpa.cli.bench.result;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import kz.qaqpa.cli.bench.result.Figure.Better;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Figures of a run of JMH, from the file that it writes with {@code -rf json}. Each of its measured
 * iterations is a round. In sample mode the round of a median or a p99 is that of an iteration's
 * samples.
 */
public final class JmhResults {
  private static final String WHAT_IT_IS = "the results of JMH in JSON";

  private final String bench;
  private final List<Row> rows;

  private JmhResults(String bench, List<Row> rows) {
    this.bench = bench;
    this.rows = rows;
  }

  /** A benchmark method with one setting of its parameters; iterations by percentile. */
  private record Row(
      String method,
      String parameters,
      String unit,
      boolean isRate,
      Map<String, double[]> iterations) {}

  /**
   * Reads the file.
   *
   * @param bench first word of all figures' names
   * @throws IOException if it is none; the message names file, field and what was expected
   */
  public static JmhResults read(String bench, Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file (expected: " + WHAT_IT_IS + ")");
    }
    try {
      List<Row> rows = new ArrayList<>();
      for (JsonNode result : JsonMapper.builder().build().readTree(Files.readString(file))) {
        rows.add(row(result));
      }
      if (rows.isEmpty()) {
        throw new IllegalArgumentException("no results (expected: " + WHAT_IT_IS + ")");
      }
      return new JmhResults(bench, rows);
    } catch (JacksonException | CharacterCodingException e) {
      throw new IOException(file + ": no JSON (expected: " + WHAT_IT_IS + ")", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static Row row(JsonNode result) {
    String benchmark = text(result, "benchmark");
    String mode = text(result, "mode");
    JsonNode metric = result.path("primaryMetric");
    Map<String, String> parameters = new TreeMap<>();
    for (Map.Entry<String, JsonNode> one : result.path("params").properties()) {
      parameters.put(one.getKey(), one.getValue().asString());
    }
    Map<String, double[]> iterations = new TreeMap<>();
    if (mode.equals("sample")) {
      JsonNode forks = metric.path("rawDataHistogram");
      iterations.put("", flat(forks, iteration -> percentile(iteration, 0.5)));
      iterations.put(".p99", flat(forks, iteration -> percentile(iteration, 0.99)));
    } else {
      iterations.put("", flat(metric.path("rawData"), JmhResults::number));
    }
    return new Row(
        benchmark.substring(benchmark.lastIndexOf('.') + 1),
        parameters.values().stream().map(value -> "." + value).collect(Collectors.joining()),
        text(metric, "scoreUnit"),
        mode.equals("thrpt"),
        iterations);
  }

  private static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    if (!value.isString() || value.asString().isBlank()) {
      throw new IllegalArgumentException(field + ": " + value + " (expected: a word)");
    }
    return value.asString();
  }

  private static double number(JsonNode node) {
    if (!node.isNumber()) {
      throw new IllegalArgumentException("rawData: " + node + " (expected: a number)");
    }
    return node.asDouble();
  }

  private interface Reading {
    double of(JsonNode iteration);
  }

  private static double[] flat(JsonNode forks, Reading reading) {
    List<Double> all = new ArrayList<>();
    for (JsonNode fork : forks) {
      for (JsonNode iteration : fork) {
        all.add(reading.of(iteration));
      }
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Of pairs of a value and how often it was seen, ascending. */
  private static double percentile(JsonNode histogram, double share) {
    long all = 0;
    for (JsonNode pair : histogram) {
      all += (long) number(pair.path(1));
    }
    long seen = 0;
    double value = Double.NaN;
    for (JsonNode pair : histogram) {
      if (seen < Math.ceil(share * all)) {
        value = number(pair.path(0));
      }
      seen += (long) number(pair.path(1));
    }
    return value;
  }

  /**
   * All of them.
   *
   * @param beside a benchmark method that all others are set against: how many times faster they
   *     are, iteration by iteration, with the same parameters; null for none
   */
  public List<Figure> figures(@Nullable String beside) {
    List<Figure> figures = new ArrayList<>();
    for (Row row : rows) {
      Better better = row.isRate ? Better.HIGHER : Better.LOWER;
      row.iterations.forEach((percentile, iterations) ->
          figures.add(
              Figure.of(
                  bench + "." + row.method + row.parameters + percentile,
                  row.unit,
                  row.method.equals(beside) ? Better.NEITHER : better,
                  iterations)));
    }
    for (Row row : rows) {
      rows.stream()
          .filter(other -> other.method.equals(beside) && !row.method.equals(beside))
          .filter(other -> other.parameters.equals(row.parameters))
          .forEach(other -> figures.add(times(row, other)));
    }
    return figures;
  }

  private Figure times(Row row, Row other) {
    double[] ours = row.iterations.getOrDefault("", new double[0]);
    double[] theirs = other.iterations.getOrDefault("", new double[0]);
    double[] ratios = new double[Math.min(ours.length, theirs.length)];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = row.isRate ? ours[i] / theirs[i] : theirs[i] / ours[i];
    }
    String name = bench + "." + row.method + ".times." + other.method + row.parameters;
    return Figure.of(name, Figure.RATIO, Better.HIGHER, ratios);
  }

  /** For a terminal or a document. */
  public static String table(List<Figure> figures) {
    List<String> lines = new ArrayList<>(List.of("| | median (least to most) | rounds |"));
    lines.add("|---|---|---|");
    for (Figure figure : figures) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %.4g (%.4g to %.4g) %s | %d |",
              figure.name(),
              figure.median(),
              figure.least(),
              figure.most(),
              figure.isRatio() ? "times" : figure.unit(),
              figure.rounds()));
    }
    return String.join("\n", lines);
  }
}
