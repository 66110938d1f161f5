package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Prometheus' own judgement of the alert rules. */
public final class Promtool {
  static final Path FOLDER = Path.of(System.getProperty("qaqpa.root"), "config/prometheus");
  static final Path RULES = FOLDER.resolve("qaqpa.rules.yaml");

  private Promtool() {}

  /** Runs it and fails with what it said unless it is content. */
  static void run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
    }
  }

  /**
   * Which alerts fire when what was scraped second goes on: gauges stay, counters grow in each
   * minute by as much as between the two scrapes.
   *
   * @param first scraped, and {@code second} after it
   * @param firing exactly these, after half an hour
   */
  public static void requireFiring(Path folder, String first, String second, List<String> firing)
      throws IOException, InterruptedException {
    Map<String, String> before = samples(first);
    StringBuilder test = new StringBuilder();
    test.append("rule_files: ['").append(RULES).append("']\n");
    test.append("evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n");
    for (Map.Entry<String, String> sample : samples(second).entrySet()) {
      double now = Double.parseDouble(sample.getValue().replace("+Inf", "Infinity"));
      boolean counter = sample.getKey().matches("[a-z_:]*_(total|count|sum|bucket)\\{.*");
      double grown =
          counter ? now - Double.parseDouble(before.getOrDefault(sample.getKey(), "0")) : 0;
      if (Double.isFinite(now)) {
        test.append("      - {series: '").append(sample.getKey().replace("'", "''"));
        test.append("', values: '").append(counter ? now - grown : now);
        test.append('+').append(grown).append("x30'}\n");
      }
    }
    test.append("    promql_expr_test:\n");
    test.append("      - expr: count by (alertname) (ALERTS{alertstate=\"firing\"})\n");
    test.append("        eval_time: 30m\n        exp_samples:");
    test.append(firing.isEmpty() ? " []\n" : "\n");
    for (String alert : firing) {
      test.append("          - {labels: '{alertname=\"").append(alert).append("\"}', value: 1}\n");
    }
    Path file = Files.writeString(folder.resolve("scraped.test.yaml"), test);
    run("test", "rules", file.toString());
  }

  /** Series with the labels that Prometheus adds, and their values as they are written. */
  private static Map<String, String> samples(String scrape) {
    Map<String, String> samples = new LinkedHashMap<>();
    for (String line : scrape.lines().filter(line -> !line.startsWith("#")).toList()) {
      int space = line.lastIndexOf(' ');
      String series = line.substring(0, space);
      int brace = series.indexOf('{');
      String labelled =
          brace < 0
              ? series + "{instance=\"one\",job=\"qaqpa\"}"
              : series.substring(0, brace + 1)
                  + "instance=\"one\",job=\"qaqpa\","
                  + series.substring(brace + 1);
      samples.put(labelled, line.substring(space + 1));
    }
    return samples;
  }

  /** The names of alerts in the rule file, with their expressions. */
  static Map<String, String> alerts() {
    Map<String, String> alerts = new LinkedHashMap<>();
    StrictYaml.tree(RULES)
        .at("/groups/0/rules")
        .forEach(rule -> alerts.put(rule.get("alert").asString(), rule.get("expr").asString()));
    return alerts;
  }
}
