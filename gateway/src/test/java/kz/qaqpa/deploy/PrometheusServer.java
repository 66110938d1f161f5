package kz.qaqpa.deploy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import kz.qaqpa.fixture.Ports;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A Prometheus of a test's own: it scrapes one gateway every second and judges it by the alert
 * rules, whose patience ({@code for}) is two seconds here. Used by one thread.
 */
final class PrometheusServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Process process;
  private final URI address;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();

  private PrometheusServer(Process process, URI address, Path log) {
    this.process = process;
    this.address = address;
    this.log = log;
  }

  /**
   * Starts it.
   *
   * @param folder for its files
   * @param scheme http or https, by which certificate ever
   * @param key bearer token that it shows
   */
  static PrometheusServer start(Path folder, String scheme, InetSocketAddress target, String key)
      throws IOException {
    Path home = Files.createDirectories(folder.resolve("prometheus"));
    String rules = Files.readString(Promtool.RULES).replaceAll("(?m)^( *for: ).*$", "$12s");
    Files.writeString(home.resolve("rules.yaml"), rules);
    Path config =
        Files.writeString(
            home.resolve("prometheus.yaml"),
            """
            global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
            rule_files: [rules.yaml]
            scrape_configs:
              - job_name: qaqpa
                scheme: %s
                tls_config: {insecure_skip_verify: true}
                authorization: {credentials: '%s'}
                static_configs: [{targets: ['127.0.0.1:%d']}]
            """
                .formatted(scheme, key, target.getPort()));
    int port = Ports.free();
    Path log = home.resolve("prometheus.log");
    Process process =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + home.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new PrometheusServer(process, URI.create("http://127.0.0.1:" + port), log);
  }

  /** Waits until the target has been scraped and what fires is as wanted. */
  void awaitFiring(Predicate<Set<String>> wanted) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Set<String> firing = Set.of();
    while (System.nanoTime() < deadline) {
      try {
        if (!results("up").isEmpty()) {
          firing = firing();
          if (wanted.test(firing)) {
            return;
          }
        }
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw new AssertionError("prometheus has ended:\n" + Files.readString(log), e);
        }
      }
      LockSupport.parkNanos(100_000_000);
    }
    throw new AssertionError("firing after " + PATIENCE + ": " + firing);
  }

  private Set<String> firing() throws IOException, InterruptedException {
    Set<String> names = new TreeSet<>();
    for (JsonNode alert : results("ALERTS{alertstate=%22firing%22}")) {
      names.add(alert.at("/metric/alertname").asString());
    }
    return names;
  }

  /** What a query finds; the query is encoded already. */
  private JsonNode results(String query) throws IOException, InterruptedException {
    URI uri =
        URI.create(
            address + "/api/v1/query?query=" + query.replace("{", "%7B").replace("}", "%7D"));
    HttpResponse<String> answer =
        client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("prometheus answers " + answer.statusCode()); // Not ready yet.
    }
    return JSON.readTree(answer.body()).at("/data/result");
  }

  @Override
  public void close() throws InterruptedException {
    client.shutdownNow();
    process.destroyForcibly().waitFor();
  }
}
