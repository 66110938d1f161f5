package kz.qaqpa.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import kz.qaqpa.chaos.stage.Books;
import kz.qaqpa.chaos.stage.Crowd;
import kz.qaqpa.chaos.stage.Outcome;
import kz.qaqpa.chaos.stage.Outcome.End;
import kz.qaqpa.chaos.stage.Recoveries;
import kz.qaqpa.chaos.stage.Vitals;
import kz.qaqpa.chaos.stage.Waiting;
import kz.qaqpa.deploy.Promtool;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import kz.qaqpa.ledger.Ledgers;
import kz.qaqpa.ledger.report.UsageFilter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway alone, with the embedded database and quotas of its own, over TLS: its certificate is
 * renewed, and its clock jumps. The clock is libfaketime's, in that process only; monotonic time
 * goes on as it does when a real clock is set.
 */
@Tag("faketime")
@Tag("promtool")
@Timeout(1200)
class LoneChaosTest {
  private static final int CLIENTS = 6;
  private static final int SLOTS = 4;
  private static final int TOKENS = 30;
  private static final Duration BACK = Duration.ofHours(-2);
  private static final Duration AHEAD = Duration.ofDays(3);
  private static final long MINUTE = 60;
  private static final String BEHIND = "qaqpa_quota_clock_behind_seconds";

  /** What reads the embedded database; its other threads come with the first use. */
  private static final Map<String, Integer> BOUNDS =
      Map.of("thread ledger-read-#", 8, "thread ledger-commit", 1);

  @TempDir private Path folder;

  @Test
  void certificateRenewed_andClockSet_costNobodyAnything() throws Exception {
    Certificates certificates = new Certificates(folder);
    SSLContext tls = certificates.client(false);
    setClock(Duration.ZERO);
    List<Outcome> outcomes;
    String prefix;
    try (ServeProcess gateway = ServeProcess.start(plan(certificates))) {
      Vitals calm = warm(gateway, tls);
      try (Crowd crowd = Crowd.start(gateway.api(), CLIENTS, TOKENS, tls)) {
        prefix = crowd.prefix();
        crowd.awaitWhole(0);
        Recoveries.of(
            "files of the certificate are renewed -> new connections have it",
            () -> renew(gateway, certificates, tls));
        jump(gateway, crowd);
        outcomes = crowd.stop();
      }
      assertThat(outcomes).extracting(Outcome::end).containsOnly(End.WHOLE);
      Waiting.until(() -> Vitals.of(gateway).beyond(calm, BOUNDS), List::isEmpty);
      Vitals.collect(gateway);
      Waiting.until(() -> Vitals.of(gateway).beyond(calm, BOUNDS), List::isEmpty);
      assertThat(Files.readString(gateway.errors())).doesNotContain("LEAK:");
    }
    new Books(outcomes, folder.resolve("serve.err"), prefix, rows()).requireExact();
  }

  private static Vitals warm(ServeProcess gateway, SSLContext tls) throws Exception {
    try (Crowd crowd = Crowd.start(gateway.api(), CLIENTS, TOKENS, tls)) {
      crowd.awaitWhole(0);
      crowd.stop();
    }
    Vitals.collect(gateway);
    Vitals[] calm = {Vitals.of(gateway)};
    Waiting.until(
        () -> {
          calm[0] = Vitals.of(gateway);
          return calm[0].beyond(calm[0], Map.of());
        },
        List::isEmpty);
    return calm[0];
  }

  private static long renew(ServeProcess gateway, Certificates certificates, SSLContext tls)
      throws Exception {
    Certificate before = certificate(gateway, tls);
    certificates.renew();
    long renewed = System.nanoTime();
    Waiting.until(() -> certificate(gateway, tls), now -> !now.equals(before));
    return System.nanoTime() - renewed;
  }

  /** Whom a new connection meets. */
  private static Certificate certificate(ServeProcess gateway, SSLContext tls) throws IOException {
    try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket()) {
      socket.connect(gateway.address());
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  /** Back, right, far ahead, right again. */
  private void jump(ServeProcess gateway, Crowd crowd) throws Exception {
    String calm = gateway.metrics();
    Recoveries.of("the clock is set back by 2 h -> next whole answer", () -> set(crowd, BACK));
    String behind =
        Waiting.until(
            gateway::metrics, m -> Waiting.metric(m, BEHIND) > BACK.abs().toSeconds() / 2.0);
    Promtool.requireFiring(folder, calm, behind, List.of("QaqpaClockBehind"));
    set(crowd, Duration.ZERO);
    Waiting.until(gateway::metrics, m -> Waiting.metric(m, BEHIND) == 0);
    Recoveries.of("the clock is set ahead by 3 d -> next whole answer", () -> set(crowd, AHEAD));
    set(crowd, Duration.ZERO);
    // It was seen, and holds windows of quotas still until it has come.
    Waiting.until(gateway::metrics, m -> Waiting.metric(m, BEHIND) > AHEAD.toSeconds() / 2.0);
  }

  /** Sets the clock, and waits until answers have its time and one begun after that has ended. */
  private long set(Crowd crowd, Duration by) throws Exception {
    setClock(by);
    final long set = System.nanoTime();
    final long expected = Instant.now().plus(by).getEpochSecond();
    Outcome whole =
        crowd.await(
            "whole answer of that time",
            o -> o.end() == End.WHOLE && Math.abs(o.created() - expected) < MINUTE);
    return whole.ended() - set;
  }

  private void setClock(Duration by) throws IOException {
    Path next = Files.writeString(folder.resolve("clock.new"), "%+d".formatted(by.toSeconds()));
    Files.move(next, folder.resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
  }

  private List<Books.Row> rows() {
    Instant now = Instant.now();
    UsageFilter all =
        new UsageFilter(null, null, now.minus(Duration.ofDays(1)), now.plus(AHEAD).plus(AHEAD));
    try (Ledgers ledgers = LedgerTuning.open(LedgerTuning.embedded(folder.resolve("state")))) {
      return Objects.requireNonNull(
          ledgers
              .reader()
              .records(all)
              .map(record ->
                  new Books.Row(
                      record.requestId(),
                      record.charge().promptTokens(),
                      record.charge().outputTokens(),
                      record.finish()))
              .collectList()
              .block(Duration.ofSeconds(60)));
    }
  }

  private Plan plan(Certificates certificates) throws IOException {
    return new Plan(
        folder,
        0,
        Map.of(
            "QAQPA_TLS_CERTIFICATE", certificates.certificate().toString(),
            "QAQPA_TLS_KEY", certificates.key().toString(),
            "LD_PRELOAD", libfaketime().toString(),
            "FAKETIME_TIMESTAMP_FILE", folder.resolve("clock").toString(),
            "FAKETIME_CACHE_DURATION", "1",
            "FAKETIME_DONT_FAKE_MONOTONIC", "1",
            // Else it turns waiting into asking again and again.
            "FAKETIME_FORCE_MONOTONIC_FIX", "0"),
        List.of("-Dio.netty.leakDetection.level=PARANOID"),
        List.of("--slots", Integer.toString(SLOTS)),
        List.of(),
        null);
  }

  /** Where Debian has it, whatever the processor. */
  private static Path libfaketime() throws IOException {
    try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
      return folders
          .map(folder -> folder.resolve("faketime/libfaketimeMT.so.1"))
          .filter(Files::exists)
          .findFirst()
          .orElseThrow(() -> new AssertionError("no libfaketime; install the package faketime"));
    }
  }
}
