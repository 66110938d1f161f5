package kz.qaqpa.http;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.admission.identity.Identities;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.registry.AgencyDirectory;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.FakeUsage;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.route.BodyReader;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.usage.ApplicationReaders;
import kz.qaqpa.http.usage.Reader;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.usage.UsageRoute;
import kz.qaqpa.http.wire.Cors;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.trace.RequestWatch;
import kz.qaqpa.trace.Tracing;
import reactor.core.publisher.Mono;

/**
 * The real edge on a free loopback port with nothing but reports, from records that a test chooses.
 * {@link TestGateway#KEY} is a key of {@code minfin/chat}, which sees its agency; {@link
 * TestGateway#OTHER_KEY} one of {@code minfin/archive}, which does not.
 */
public final class UsageServer implements AutoCloseable {
  /** What today is there: 15 November 2026, two in the afternoon in Almaty. */
  public static final Instant NOW = Instant.parse("2026-11-15T09:00:00Z");

  private final FakeUsage usage = FakeUsage.of(List.of());
  private final UsageReports reports;
  private final HttpGateway http;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private UsageServer(ReportSettings settings, Function<Exchange, Mono<Reader>> readers) {
    GatewayMetrics metrics = new GatewayMetrics("kaz-mini");
    ErrorWriter errors = new ErrorWriter(metrics, new MemoryLedger());
    reports = new UsageReports(usage, () -> NOW, settings, errors);
    http =
        HttpGateway.bind(
            new HttpGateway.Listener(
                "usage",
                "127.0.0.1",
                0,
                HttpTuning.of(
                        ConfigLoader.load(
                                Path.of(System.getProperty("qaqpa.root"), "config"), Map.of())
                            .bind("http", HttpSettings.class))
                    .settings(),
                null),
            List.of(new UsageRoute(readers, reports)),
            _ -> {},
            new Cors(List.of(), false, Duration.ZERO),
            errors,
            metrics,
            new RequestWatch(metrics, Tracing.off().spans()));
  }

  /** A serving port. */
  public static UsageServer serving(ReportSettings settings) {
    return new UsageServer(settings, new ApplicationReaders(door()));
  }

  /** A port where everybody is the same reader. */
  public static UsageServer administering(Reader reader) {
    return administering((Function<Exchange, Mono<Reader>>) _ -> Mono.just(reader));
  }

  /** A port that tells by itself who reads. */
  public static UsageServer administering(Function<Exchange, Mono<Reader>> readers) {
    return new UsageServer(new ReportSettings(4, 8), readers);
  }

  private static JsonDoor door() {
    Agency agency = new Agency("minfin", new LocalText("a", "b", "c"), Limits.NONE);
    Terms usual = Terms.STANDARD;
    Terms seesAgency =
        new Terms(
            usual.models(),
            usual.priorityClass(),
            usual.deadline(),
            usual.notice(),
            usual.watermark(),
            usual.quotaFallback(),
            Terms.Reports.AGENCY,
            usual.detectLabels());
    AgencyDirectory directory =
        AgencyDirectory.empty()
            .with(new Application(agency, "chat", Limits.NONE, null, seesAgency), TestGateway.KEY)
            .with(new Application(agency, "archive", Limits.NONE), TestGateway.OTHER_KEY);
    AdmissionGate gate =
        new AdmissionGate(
            Identities.open(Registry.of(directory), IdentityFile.none()),
            QuotaBook.system(),
            new MemoryLedger());
    return new JsonDoor(gate, new BodyReader(1, Duration.ofSeconds(1)), new TokenizePool(1, 1));
  }

  /** Its records. */
  public FakeUsage usage() {
    return usage;
  }

  /** What answers. */
  public UsageReports reports() {
    return reports;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** Where clients find it. */
  public String url() {
    return "http://127.0.0.1:" + address().getPort();
  }

  /** Asks for a report. */
  public HttpResponse<String> get(String query, String key, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + "/v1/usage" + query))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + key);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  @Override
  public void close() {
    client.close();
    http.close();
  }
}
