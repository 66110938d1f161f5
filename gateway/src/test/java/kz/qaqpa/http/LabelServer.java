package kz.qaqpa.http;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.identity.Identities;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.registry.AgencyDirectory;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.MemoryLabels;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.detect.Candidate;
import kz.qaqpa.http.labels.LabelParts;
import kz.qaqpa.http.wire.Cors;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.trace.RequestWatch;
import kz.qaqpa.trace.Tracing;
import kz.qaqpa.watermark.Detector;
import kz.qaqpa.watermark.WatermarkKeys;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The real edge on a free loopback port with nothing but routes about labels, which a test issues.
 * {@link TestGateway#KEY} is a key of {@code minfin/tax-chat}, which may look for the watermark and
 * has {@link #TOKENS} tokens a month; {@link TestGateway#OTHER_KEY} one of {@code minfin/archive},
 * which may not; {@link #STRANGER} one of another agency.
 */
public final class LabelServer implements AutoCloseable {
  /** A key of {@code kgd/customs}. */
  public static final String STRANGER = "qpk_test_key_of_another_agency";

  /** What {@code minfin/tax-chat} may use. */
  public static final long TOKENS = 1000;

  private static final SigningKey SIGNING = SampleKeys.ed25519();

  private final MemoryLabels labels = new MemoryLabels();
  private final MemoryLedger ledger = new MemoryLedger();
  private final WatermarkKeys watermark = WatermarkKeys.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
  private final TokenizePool pool = new TokenizePool(1, 16);
  private final AdmissionGate gate;
  private final HttpGateway http;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * Starts it.
   *
   * @param perMinute how often one address may verify
   */
  public LabelServer(int perMinute) {
    GatewayMetrics metrics = new GatewayMetrics("kaz-mini");
    ErrorWriter errors = new ErrorWriter(metrics, ledger);
    HttpSettings settings =
        HttpTuning.of(
                ConfigLoader.load(Path.of(System.getProperty("qaqpa.root"), "config"), Map.of())
                    .bind("http", HttpSettings.class))
            .settings();
    gate =
        new AdmissionGate(
            Identities.open(Registry.of(directory()), IdentityFile.none()),
            QuotaBook.system(),
            ledger);
    LabelParts parts =
        new LabelParts(
            new KeyRing(List.of(SIGNING), List.of()),
            labels,
            perMinute,
            List.of(
                new Candidate("kaz-mini", new Detector(Script.tokenizer(), List.of(watermark)))),
            application -> application.id().equals("tax-chat"),
            () -> LabelSamples.NOW);
    http =
        HttpGateway.bind(
            new HttpGateway.Listener("labels", "127.0.0.1", 0, settings, null),
            parts.routes(gate, pool, ledger, settings),
            _ -> {},
            new Cors(List.of(), false, Duration.ZERO),
            errors,
            metrics,
            new RequestWatch(metrics, Tracing.off().spans()));
  }

  private static AgencyDirectory directory() {
    Agency minfin = new Agency("minfin", new LocalText("a", "b", "c"), Limits.NONE);
    Agency kgd = new Agency("kgd", new LocalText("a", "b", "c"), Limits.NONE);
    Limits few =
        new Limits(
            null,
            null,
            null,
            null,
            null,
            TOKENS,
            null,
            null,
            null,
            null,
            null,
            Limits.NONE.minGrant());
    return AgencyDirectory.empty()
        .with(new Application(minfin, "tax-chat", few), TestGateway.KEY)
        .with(new Application(minfin, "archive", Limits.NONE), TestGateway.OTHER_KEY)
        .with(new Application(kgd, "customs", Limits.NONE), STRANGER);
  }

  /** What it knows of labels. */
  public MemoryLabels labels() {
    return labels;
  }

  /** What it wrote down. */
  public MemoryLedger ledger() {
    return ledger;
  }

  /** Who is inside. */
  public AdmissionGate gate() {
    return gate;
  }

  /** The key of the watermark that it looks for. */
  public WatermarkKeys watermark() {
    return watermark;
  }

  /** Signs a label of some choices with its key. */
  public static SignedLabel sign(ContentLabel label) {
    return LabelSamples.sign(SIGNING, label);
  }

  /** Keeps a label as an answer of {@code minfin/tax-chat} does. */
  public void issue(SignedLabel signed, boolean withSignature) {
    ContentLabel label = signed.label();
    String[] parts = signed.jws().split("\\.");
    UsageRecord record = UsageRecords.at(Instant.parse("2026-12-01T09:00:01Z").toString()).record();
    labels.add(
        new IssuedLabel(
            label.id(),
            label.producedAt(),
            new UsageRecord.Who("minfin", "tax-chat", "kaz-mini"),
            "medium",
            label.notice().policy().tag(),
            "kk",
            label.content() == null
                ? List.of()
                : label.content().stream().map(ContentLabel.Content::sha256).toList(),
            new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8),
            withSignature ? parts[0] + ".." + parts[2] : null),
        record);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return http.address();
  }

  /** A request to build on. */
  public HttpRequest.Builder request(String path, @Nullable String key) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address().getPort() + path))
            .timeout(Duration.ofSeconds(30));
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  /** Gets. */
  public HttpResponse<String> get(String path, @Nullable String key) throws Exception {
    return client.send(request(path, key).build(), BodyHandlers.ofString());
  }

  /** Posts. */
  public HttpResponse<String> post(String path, @Nullable String key, String body)
      throws Exception {
    return client.send(
        request(path, key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }

  /** Its body. */
  public static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  /** Status, code and message of an error. */
  public static String error(HttpResponse<String> response) {
    JsonNode error = json(response).path("error");
    return response.statusCode()
        + " "
        + error.path("code").asString()
        + " "
        + error.path("message").asString();
  }

  @Override
  public void close() {
    client.close();
    http.close();
    pool.close();
  }
}
