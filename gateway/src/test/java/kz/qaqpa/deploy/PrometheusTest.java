package kz.qaqpa.deploy;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.TlsSettings;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts on what only a real Prometheus knows: what it cannot scrape, and what time it is. */
@Tag("promtool")
class PrometheusTest {
  private static final int FILES = 400;

  @TempDir private Path folder;

  @Test
  void aGatewayThatRunsOutOfFiles_andOneThatIsGone() throws Exception {
    Plan plan =
        new Plan(
            folder,
            0,
            Map.of(
                "QAQPA_HTTP_HEAD_TIMEOUT", "60s",
                "QAQPA_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096"),
            List.of(),
            List.of(),
            List.of("sh", "-c", "ulimit -n \"$0\" && exec \"$@\"", Integer.toString(FILES)),
            null);
    List<Socket> clients = new ArrayList<>();
    try (ServeProcess gateway = ServeProcess.start(plan);
        PrometheusServer prometheus =
            PrometheusServer.start(folder, "http", gateway.adminAddress(), gateway.operatorKey())) {
      prometheus.awaitFiring(Set::isEmpty);
      // So many and no more, however late it accepts them: some must be left for its own looks.
      for (long missing = FILES * 9 / 10 - open(gateway); missing > 0; missing--) {
        clients.add(new Socket(gateway.address().getAddress(), gateway.address().getPort()));
      }
      prometheus.awaitFiring(firing -> firing.equals(Set.of("QaqpaFilesRunOut")));
      close(clients);
      prometheus.awaitFiring(Set::isEmpty);
      gateway.kill();
      prometheus.awaitFiring(firing -> firing.equals(Set.of("QaqpaDown")));
    } finally {
      close(clients);
    }
  }

  @Test
  void aCertificateThatEnds_untilItIsRenewed() throws Exception {
    Certificates certificates = new Certificates(folder);
    certificates.renew(Instant.now().plus(Duration.ofDays(7)));
    try (TestGateway gateway =
            TestGateway.of(
                Script.repeating("қазақ "),
                Script.model(TestGateway.CONTEXT),
                http -> http,
                certificates.settings(TlsSettings.Client.NONE));
        PrometheusServer prometheus =
            PrometheusServer.start(folder, "https", gateway.address(), TestGateway.KEY)) {
      prometheus.awaitFiring(firing -> firing.equals(Set.of("QaqpaCertificateEnds")));
      certificates.renew();
      prometheus.awaitFiring(Set::isEmpty);
    }
  }

  private static long open(ServeProcess gateway) throws IOException {
    try (var files = Files.list(Path.of("/proc", Long.toString(gateway.pid()), "fd"))) {
      return files.count();
    }
  }

  private static void close(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    clients.clear();
  }
}
