package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The alert rules: each is fired by series that make its condition true, and has its runbook. */
class AlertRulesTest {
  private static final Path TESTS = Promtool.FOLDER.resolve("qaqpa.rules.test.yaml");
  private static final Path RUNBOOK = Path.of(System.getProperty("qaqpa.root"), "docs/runbook.md");

  @Test
  @Tag("promtool")
  void prometheus_takesTheRules() throws Exception {
    Promtool.run("check", "rules", Promtool.RULES.toString());
  }

  @Test
  @Tag("promtool")
  void eachAlert_firesWhereItsConditionIsTrue_andNotBesideIt() throws Exception {
    Promtool.run("test", "rules", TESTS.toString());
  }

  @Test
  void eachAlert_isTestedBothWays() {
    Set<String> fired = new TreeSet<>();
    Set<String> silent = new TreeSet<>();
    for (JsonNode test : StrictYaml.tree(TESTS).get("tests")) {
      for (JsonNode rule : test.get("alert_rule_test")) {
        (rule.get("exp_alerts").isEmpty() ? silent : fired).add(rule.get("alertname").asString());
      }
    }
    assertThat(fired).isEqualTo(new TreeSet<>(Promtool.alerts().keySet())).isEqualTo(silent);
  }

  @Test
  void eachAlert_hasItsRunbook() throws IOException {
    String runbook = Files.readString(RUNBOOK);
    for (JsonNode rule : StrictYaml.tree(Promtool.RULES).at("/groups/0/rules")) {
      String alert = rule.get("alert").asString();
      assertThat(rule.at("/annotations/runbook").asString())
          .isEqualTo("docs/runbook.md#" + alert.toLowerCase(Locale.ROOT));
      assertThat(rule.at("/labels/severity").asString()).isIn("page", "ticket");
      assertThat(runbook).contains("\n## " + alert + "\n");
    }
  }
}
