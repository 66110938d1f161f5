package kz.qaqpa.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.admission.quota.redis.RedisServer;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * A gateway process in front of a real PostgreSQL and Redis, to which one thing after another
 * happens; Prometheus judges what it tells at both ports.
 */
@Tag("postgres")
@Tag("redis")
@Tag("promtool")
class AlertsOfAProcessTest {
  private static final Pattern METRIC = Pattern.compile("\\b(?:vllm:|qaqpa_|process_|jvm_)[a-z_]+");

  @TempDir private Path folder;

  @Test
  void whatHappensToIt_firesItsAlerts_andTheirMetricsAreItsOwn() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        RedisServer redis = RedisServer.start();
        ServeProcess gateway =
            ServeProcess.start(
                Plan.in(folder).options("--slots", "1").with(settings(postgres, redis)))) {
      assertThat(gateway.chat(8)).isEqualTo(200);
      String calm = gateway.metrics();
      Promtool.requireFiring(folder, calm, calm, List.of());

      overload(gateway);
      Files.writeString(folder.resolve("agencies.yaml"), "agencies: [{id: \"No id\"}]\n");
      awaitMetric(gateway, "qaqpa_registry_stale 1.0");
      postgres.stop();
      assertThat(gateway.chat(8)).isEqualTo(200); // It goes to the spool.
      awaitMetric(gateway, "qaqpa_ledger_breaker{state=\"closed\"} 0.0");
      redis.kill();
      assertThat(gateway.chat(8)).isEqualTo(503);
      awaitMetric(gateway, "qaqpa_quota_store_up 0.0");
      awaitMetrics(gateway, text -> value(text, "qaqpa_ledger_lag_seconds") > 10);

      String troubled = gateway.metrics();
      Promtool.requireFiring(
          folder,
          calm,
          troubled,
          List.of(
              "QaqpaLedgerBehind",
              "QaqpaLedgerDatabaseAway",
              "QaqpaQueueFull",
              "QaqpaQuotaStoreAway",
              "QaqpaRefusalsHigh",
              "QaqpaRegistryRefused"));
      requireNames(calm + troubled);
    }
  }

  private Map<String, String> settings(PostgresServer postgres, RedisServer redis)
      throws IOException {
    Path password = Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD);
    return Map.of(
        "QAQPA_LEDGER_PASSWORD_FILE",
        password.toString(),
        "QAQPA_LEDGER_URL",
        postgres.url(),
        "QAQPA_LEDGER_USER",
        PostgresServer.USER,
        "QAQPA_QUOTA_STORE",
        "redis",
        "QAQPA_QUOTA_REDIS_URL",
        redis.url(),
        "QAQPA_BATCHING_QUEUE_REQUESTS",
        "1");
  }

  /** More than one slot and a queue of one take. */
  private static void overload(ServeProcess gateway) throws Exception {
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      answers.add(gateway.chatLater(200));
    }
    Set<Integer> statuses = new HashSet<>();
    for (CompletableFuture<Integer> answer : answers) {
      statuses.add(answer.get());
    }
    assertThat(statuses).contains(200, 503);
  }

  private static void awaitMetric(ServeProcess gateway, String line) throws Exception {
    awaitMetrics(gateway, text -> text.contains("\n" + line));
  }

  private static void awaitMetrics(ServeProcess gateway, Predicate<String> condition)
      throws Exception {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (!condition.test(gateway.metrics())) {
      assertThat(System.nanoTime()).as("within 60 s").isLessThan(deadline);
      Thread.sleep(200); // Between two looks.
    }
  }

  private static double value(String text, String metric) {
    Matcher matcher = Pattern.compile("(?m)^" + metric + " (\\S+)$").matcher(text);
    return matcher.find() ? Double.parseDouble(matcher.group(1)) : 0;
  }

  /** Rules and dashboard speak of nothing that a gateway does not tell. */
  private static void requireNames(String scrape) {
    Set<String> told = new HashSet<>();
    METRIC.matcher(scrape).results().forEach(name -> told.add(name.group()));
    // Told once they have happened; MetricsTest, QuotaTest and TlsTest make them happen.
    told.addAll(
        Set.of(
            "qaqpa_disconnects_total",
            "qaqpa_quota_refusals_total",
            "qaqpa_tls_certificate_expiry_timestamp_seconds"));
    List<String> asked = new ArrayList<>(Promtool.alerts().values());
    JsonNode dashboard = StrictYaml.tree(Promtool.FOLDER.resolveSibling("grafana/qaqpa.json"));
    dashboard.findValuesAsString("expr").forEach(asked::add);
    assertThat(asked).hasSizeGreaterThan(40);
    for (String expression : asked) {
      METRIC
          .matcher(expression)
          .results()
          .forEach(name -> assertThat(told).as(expression).contains(name.group()));
    }
  }
}
