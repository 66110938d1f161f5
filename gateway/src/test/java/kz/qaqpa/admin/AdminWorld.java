package kz.qaqpa.admin;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import kz.qaqpa.Gateway;
import kz.qaqpa.admin.action.UsageAction;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.audit.AuditEvent;
import kz.qaqpa.admin.audit.AuditTrail;
import kz.qaqpa.admin.audit.DatabaseAuditTrail;
import kz.qaqpa.admin.console.LiveSeries;
import kz.qaqpa.admin.label.LabelsAction;
import kz.qaqpa.admin.operator.OperatorKey;
import kz.qaqpa.admin.operator.Operators;
import kz.qaqpa.admin.operator.OperatorsFile;
import kz.qaqpa.admin.operator.OperatorsFile.KeyEntry;
import kz.qaqpa.admin.operator.OperatorsFile.OperatorEntry;
import kz.qaqpa.admin.operator.Role;
import kz.qaqpa.admin.playground.Playground;
import kz.qaqpa.admin.playground.PlaygroundActions;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.quota.FakeClock;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.suspension.DatabaseSuspensions;
import kz.qaqpa.admission.suspension.SuspensionFile;
import kz.qaqpa.admission.suspension.SuspensionRegister;
import kz.qaqpa.admission.suspension.SuspensionSignal;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.FakeUsage;
import kz.qaqpa.fixture.MemoryLabels;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.fixture.Nobody;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.http.labels.LabelLookup;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.usage.UsageReports;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.ledger.db.Database;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.trace.RequestWatch;
import kz.qaqpa.trace.Tracing;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An admin port with an operator of each role, two agencies, and nothing behind it that is not in
 * memory.
 */
final class AdminWorld implements AutoCloseable {
  static final String OPERATOR = OperatorKey.random();
  static final String AUDITOR = OperatorKey.random();
  static final String MINFIN = OperatorKey.random();
  static final String KGD = OperatorKey.random();
  static final String EXPIRED = OperatorKey.random();

  /** An application of {@code minfin}. */
  static final String TAX_CHAT = "/admin/agencies/minfin/applications/tax-chat";

  /** An application of {@code kgd}. */
  static final String CUSTOMS = "/admin/agencies/kgd/applications/customs";

  static final String REASON = "{\"reason\":\"a leak\"}";

  final FakeClock clock = new FakeClock("2026-11-23T12:00:00Z");
  final MemoryTrail trail = new MemoryTrail();
  final MemoryLabels labels = new MemoryLabels();
  final MemoryRegister register = new MemoryRegister();
  final List<OperatorEntry> entries = new ArrayList<>();
  final Operators operators;
  final Suspensions suspensions;
  final SuspensionDesk desk;
  final AdmissionGate gate;
  final TestAgencies agencies = new TestAgencies();
  final LiveSeries series;
  volatile LiveSeries.Reading reading = new LiveSeries.Reading(0, 0, 0, 0, 0, 0, 0);
  final GatewayMetrics metrics = new GatewayMetrics("kaz-mini");
  private final AdminServer server;
  private final TlsSettings tls;
  private final HttpClient client;

  AdminWorld(Path folder) throws IOException {
    this(folder, TlsSettings.off(), HttpClient.newHttpClient());
  }

  AdminWorld(Path folder, TlsSettings tls, HttpClient client) throws IOException {
    this(folder, tls, client, null, null, null);
  }

  /**
   * The admin port of a gateway that serves, which the caller closes.
   *
   * @param developmentKey key of the development application, or null
   */
  static AdminWorld beside(TestGateway gateway, Path folder, @Nullable String developmentKey)
      throws IOException {
    return new AdminWorld(
        folder,
        TlsSettings.off(),
        HttpClient.newHttpClient(),
        null,
        gateway.gateway(),
        developmentKey);
  }

  /** A gateway on a database, which the caller closes. */
  static AdminWorld on(Database database, Path folder) throws IOException {
    return new AdminWorld(
        folder, TlsSettings.off(), HttpClient.newHttpClient(), database, null, null);
  }

  private AdminWorld(
      Path folder,
      TlsSettings tls,
      HttpClient client,
      @Nullable Database database,
      @Nullable Gateway gateway,
      @Nullable String developmentKey)
      throws IOException {
    AuditTrail written = database == null ? trail : new DatabaseAuditTrail(database);
    SuspensionRegister kept = database == null ? register : new DatabaseSuspensions(database);
    this.tls = tls;
    this.client = client;
    entries.add(operator("duty", Role.OPERATOR, null, OPERATOR));
    entries.add(operator("inspector", Role.AUDITOR, null, AUDITOR));
    entries.add(operator("minfin-it", Role.AGENCY_ADMIN, "minfin", MINFIN));
    entries.add(operator("kgd-it", Role.AGENCY_ADMIN, "kgd", KGD));
    entries.add(
        new OperatorEntry(
            "former",
            "former",
            Role.OPERATOR,
            null,
            List.of(
                new KeyEntry(
                    OperatorKey.hash(EXPIRED), null, clock.instant().minusSeconds(1), null))));
    operators = new Operators(() -> new OperatorsFile(entries), null);
    suspensions =
        new Suspensions(kept, new SuspensionFile(folder), SuspensionSignal.NONE, clock::nanos);
    desk = SuspensionDesk.open(suspensions, kept, new Audit(written, clock), folder, clock);
    MemoryLedger ledger = new MemoryLedger();
    gate =
        gateway == null
            ? new AdmissionGate(Nobody.INSTANCE, clock.book(), ledger, suspensions)
            : gateway.gate();
    AdminServer.Clocks clocks =
        gateway == null ? new AdminServer.Clocks(clock, clock::nanos) : AdminServer.Clocks.system();
    series =
        gateway == null
            ? new LiveSeries(() -> reading, metrics, clock, clock::nanos)
            : new LiveSeries(
                () -> LiveSeries.Reading.of(gateway.engine().stats()),
                gateway.metrics(),
                clocks.wall(),
                clocks.nanos());
    List<AdminAction> reports = new ArrayList<>();
    Collections.addAll(
        reports,
        new UsageAction(
            new UsageReports(
                FakeUsage.of(List.of()),
                clock,
                new ReportSettings(4, 8),
                new ErrorWriter(metrics, ledger))),
        new LabelsAction(new LabelLookup(labels), clock));
    if (gateway != null) {
      reports.addAll(console(gateway, written, developmentKey));
    }
    Config config =
        ConfigLoader.load(Path.of(System.getProperty("qaqpa.root"), "config"), Map.of());
    server =
        AdminServer.start(
            settings(tls, gateway == null ? 5 : 1000),
            0,
            config.bind("http", HttpSettings.class),
            new AdminParts(
                operators,
                agencies,
                gate,
                suspensions,
                desk,
                written,
                ledger,
                metrics,
                new RequestWatch(metrics, Tracing.off().spans()),
                series,
                reports),
            clocks);
  }

  private List<AdminAction> console(
      Gateway gateway, AuditTrail written, @Nullable String developmentKey) {
    return PlaygroundActions.of(
        new Playground(
            gateway.shared().sockets(),
            new HostNames(List.of()),
            "kaz-mini",
            developmentKey,
            gateway.shared().verifying()),
        gate,
        new Audit(written, clock),
        new AdminBodies(Duration.ofSeconds(5)));
  }

  static AdminSettings settings(TlsSettings tls) {
    return settings(tls, 5);
  }

  private static AdminSettings settings(TlsSettings tls, int loginsPerMinute) {
    return new AdminSettings(
        "127.0.0.1",
        0,
        List.of("admin.example.kz"),
        tls,
        Duration.ofMinutes(15),
        Duration.ofHours(8),
        2,
        loginsPerMinute);
  }

  /** An operator with one key. */
  static OperatorEntry operator(String id, Role role, @Nullable String agency, String key) {
    return new OperatorEntry(
        id, id, role, agency, List.of(new KeyEntry(OperatorKey.hash(key), null, null, null)));
  }

  /** Two agencies with an application each, in place of a file. */
  static final class TestAgencies implements AgencyList {
    volatile Registry.Outcome next = Registry.Outcome.UNCHANGED;

    /** What it lists. */
    volatile List<Application> listed =
        List.of(
            new Application(agency("minfin"), "tax-chat", Limits.NONE.withConcurrentStreams(3)),
            new Application(agency("kgd"), "customs", Limits.NONE.withConcurrentStreams(3)));

    @Override
    public List<Agency> agencies() {
      return applications().stream().map(Application::agency).distinct().toList();
    }

    @Override
    public List<Application> applications() {
      return listed;
    }

    private static Agency agency(String id) {
      return new Agency(id, new LocalText(id, id, id), Limits.NONE);
    }

    @Override
    public List<String> problems() {
      return next == Registry.Outcome.REFUSED ? List.of("agencies.yaml:1: wrong") : List.of();
    }

    @Override
    public Registry.Outcome reload() {
      return next;
    }
  }

  InetSocketAddress address() {
    return server.address();
  }

  /** A request to build on. */
  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create(
                (tls.isOn() ? "https" : "http") + "://127.0.0.1:" + address().getPort() + path))
        .timeout(Duration.ofSeconds(20));
  }

  /** The same with a key. */
  HttpRequest.Builder request(String path, @Nullable String key) {
    return key == null ? request(path) : request(path).header("Authorization", "Bearer " + key);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, @Nullable String key) throws Exception {
    return send(request(path, key));
  }

  HttpResponse<String> post(String path, @Nullable String key, String body) throws Exception {
    return send(json(request(path, key), body));
  }

  static HttpRequest.Builder json(HttpRequest.Builder request, String body) {
    return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
  }

  /** Logs in. */
  HttpResponse<String> login(String key) throws Exception {
    return post("/admin/session", null, "{\"key\":\"" + key + "\"}");
  }

  /** The cookie that a login has set, as a browser sends it back. */
  static String cookie(HttpResponse<String> login) {
    return login.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
  }

  static String csrf(HttpResponse<String> login) {
    return body(login).path("csrf").asString();
  }

  static JsonNode body(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  /** The code of an error. */
  static String code(HttpResponse<String> response) {
    return body(response).path("error").path("code").asString();
  }

  /** Status and code of an error. */
  static String refusal(HttpResponse<String> response) {
    return response.statusCode() + " " + code(response);
  }

  /** What was written down: who, what, to what. */
  List<String> audited() {
    return trail.events().stream()
        .map((AuditEvent it) -> it.who() + " " + it.action() + " " + it.target())
        .toList();
  }

  @Override
  public void close() {
    client.close();
    server.close();
    desk.close();
    suspensions.close();
    series.close();
    metrics.close();
  }
}
