package kz.qaqpa.cli.bench.result;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kz.qaqpa.cli.bench.result.Figure.Better;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a {@link BenchResult}. What was not measured is {@code null} there. */
final class ResultJson {
  private static final String FORMAT = "qaqpa-bench/1";
  private static final int SHOWN = 60;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private ResultJson() {}

  static String text(BenchResult result) {
    ObjectNode root = JSON.createObjectNode();
    root.put("format", FORMAT);
    root.put("bench", result.bench());
    root.put("measured", result.measured().toString());
    Machine machine = result.machine();
    root.putObject("machine")
        .put("processor", machine.processor())
        .put("processors", machine.processors())
        .put("memoryGib", machine.memoryGib())
        .put("kernel", machine.kernel())
        .put("java", machine.java())
        .put("loadAverage", machine.loadAverage());
    ObjectNode settings = root.putObject("settings");
    result.settings().forEach(settings::put);
    var figures = root.putArray("figures");
    for (Figure figure : result.figures()) {
      ObjectNode node = figures.addObject();
      node.put("name", figure.name());
      node.put("unit", figure.unit());
      node.put("better", figure.better().name().toLowerCase(Locale.ROOT));
      put(node, "median", figure.median());
      put(node, "least", figure.least());
      put(node, "most", figure.most());
      node.put("rounds", figure.rounds());
    }
    return JSON.writeValueAsString(root) + "\n";
  }

  private static void put(ObjectNode node, String field, double value) {
    if (Double.isNaN(value)) {
      node.putNull(field);
    } else {
      node.put(field, value);
    }
  }

  /**
   * The reverse.
   *
   * @throws IllegalArgumentException that names the field and what was expected
   */
  static BenchResult parse(String text) {
    JsonNode root;
    try {
      root = JSON.readTree(text);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON (expected: the JSON of an earlier bench)", e);
    }
    String format = root.path("format").asString("");
    if (!format.equals(FORMAT)) {
      throw wrong("format", root.path("format"), FORMAT);
    }
    Map<String, String> settings = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> setting : object(root, "settings").properties()) {
      settings.put(setting.getKey(), string(setting.getValue(), "settings." + setting.getKey()));
    }
    return new BenchResult(
        string(root.path("bench"), "bench"),
        machine(object(root, "machine")),
        instant(root.path("measured")),
        settings,
        figures(root.path("figures")));
  }

  private static Machine machine(JsonNode node) {
    return new Machine(
        string(node.path("processor"), "machine.processor"),
        count(node.path("processors"), "machine.processors"),
        number(node.path("memoryGib"), "machine.memoryGib"),
        string(node.path("kernel"), "machine.kernel"),
        string(node.path("java"), "machine.java"),
        number(node.path("loadAverage"), "machine.loadAverage"));
  }

  private static List<Figure> figures(JsonNode nodes) {
    if (!nodes.isArray()) {
      throw wrong("figures", nodes, "a list");
    }
    List<Figure> figures = new ArrayList<>();
    for (JsonNode node : nodes) {
      String at = "figures[" + figures.size() + "].";
      try {
        figures.add(
            new Figure(
                string(node.path("name"), "name"),
                string(node.path("unit"), "unit"),
                better(node.path("better")),
                measured(node, "median"),
                measured(node, "least"),
                measured(node, "most"),
                count(node.path("rounds"), "rounds")));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(at + e.getMessage(), e);
      }
    }
    return figures;
  }

  private static Better better(JsonNode node) {
    for (Better better : Better.values()) {
      if (node.isString() && node.asString().equals(better.name().toLowerCase(Locale.ROOT))) {
        return better;
      }
    }
    throw wrong("better", node, "higher, lower or neither");
  }

  private static Instant instant(JsonNode node) {
    try {
      return Instant.parse(string(node, "measured"));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          wrong("measured", node, "a time such as 2026-11-29T12:00:00Z").getMessage(), e);
    }
  }

  private static double measured(JsonNode node, String field) {
    return node.path(field).isNull() ? Double.NaN : number(node.path(field), field);
  }

  private static double number(JsonNode node, String field) {
    if (!node.isNumber()) {
      throw wrong(field, node, "a number");
    }
    return node.asDouble();
  }

  private static int count(JsonNode node, String field) {
    if (!node.canConvertToInt() || !node.isIntegralNumber() || node.asInt() < 0) {
      throw wrong(field, node, "a count");
    }
    return node.asInt();
  }

  private static String string(JsonNode node, String field) {
    if (!node.isString()) {
      throw wrong(field, node, "a text");
    }
    return node.asString();
  }

  private static JsonNode object(JsonNode root, String field) {
    if (!root.path(field).isObject()) {
      throw wrong(field, root.path(field), "an object");
    }
    return root.path(field);
  }

  private static IllegalArgumentException wrong(String field, JsonNode value, String expected) {
    String shown = value.isMissingNode() ? "missing" : value.toString();
    return new IllegalArgumentException(
        field
            + ": "
            + (shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown)
            + " (expected: "
            + expected
            + ")");
  }
}
