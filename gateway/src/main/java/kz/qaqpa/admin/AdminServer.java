package kz.qaqpa.admin;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import kz.qaqpa.admin.action.AdminMetricsAction;
import kz.qaqpa.admin.action.AgenciesAction;
import kz.qaqpa.admin.action.AuditAction;
import kz.qaqpa.admin.action.AuditCheckAction;
import kz.qaqpa.admin.action.ReloadAction;
import kz.qaqpa.admin.action.SuspensionAction;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.console.ConsolePage;
import kz.qaqpa.admin.console.RequestsAction;
import kz.qaqpa.admin.console.SeriesAction;
import kz.qaqpa.admin.login.AdminDoor;
import kz.qaqpa.admin.login.LoginLimit;
import kz.qaqpa.admin.login.LoginSessions;
import kz.qaqpa.admin.login.SameOrigin;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admin.route.AdminHealthRoute;
import kz.qaqpa.admin.route.GuardedRoute;
import kz.qaqpa.admin.route.SessionRoute;
import kz.qaqpa.http.HttpGateway;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.ErrorWriter;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The port for operators: a server of its own, on the parts of the serving port's edge. */
public final class AdminServer implements AutoCloseable {
  /** Operators and what scrapes metrics are few. */
  private static final int MOST_CONNECTIONS = 256;

  private static final int MOST_STREAMS = 32;
  private static final int MOST_WAITING_FOR_DISK = 64;
  private static final int IDLE_SECONDS = 60;

  private final HttpGateway http;
  private final Scheduler files;

  private AdminServer(HttpGateway http, Scheduler files) {
    this.http = http;
    this.files = files;
  }

  /**
   * The clocks it goes by.
   *
   * @param wall for what is shown and written down
   * @param nanos for how long something lasts; as {@link System#nanoTime}
   */
  public record Clocks(InstantSource wall, LongSupplier nanos) {
    /** This machine's. */
    public static Clocks system() {
      return new Clocks(InstantSource.system(), System::nanoTime);
    }
  }

  /**
   * Binds and serves.
   *
   * @param serverPort the serving port as it is set
   * @param http limits of the edge
   * @throws reactor.netty.ChannelBindException if the port is taken
   * @throws IllegalArgumentException if a file of {@code admin.tls} cannot be used
   */
  public static AdminServer start(
      AdminSettings settings, int serverPort, HttpSettings http, AdminParts parts, Clocks clocks) {
    Scheduler files =
        Schedulers.newBoundedElastic(1, MOST_WAITING_FOR_DISK, "admin-files", IDLE_SECONDS, true);
    boolean secure = settings.tls().isOn();
    return new AdminServer(
        HttpGateway.bind(
            new HttpGateway.Listener(
                "qaqpa-admin",
                settings.host(),
                settings.portBeside(serverPort),
                small(http),
                settings.tls().open("admin.tls", end -> parts.metrics().secured("admin", end))),
            routes(settings, http, parts, clocks, files),
            _ -> {},
            new SameOrigin(new HostNames(settings.hostNames()), secure),
            new ErrorWriter(parts.metrics(), parts.ledger()),
            parts.metrics(),
            parts.watch()),
        files);
  }

  private static HttpSettings small(HttpSettings http) {
    return new HttpSettings(
        Math.min(http.maxBodyBytes(), AdminBodies.MOST_BYTES),
        http.maxHeaderBytes(),
        Math.min(http.maxConnections(), MOST_CONNECTIONS),
        Math.min(http.maxConnectionsPerAddress(), MOST_CONNECTIONS),
        Math.min(http.maxStreams(), MOST_STREAMS),
        http.headTimeout(),
        http.bodyTimeout(),
        http.sendTimeout(),
        http.idleTimeout(),
        http.keepAlive(),
        1,
        http.tokenizeThreads(),
        http.tokenizeQueue());
  }

  private static List<Route> routes(
      AdminSettings settings, HttpSettings http, AdminParts parts, Clocks clocks, Scheduler files) {
    LoginSessions sessions =
        new LoginSessions(
            settings.sessionIdle(),
            settings.sessionLifetime(),
            settings.sessionsPerKey(),
            clocks.wall(),
            clocks.nanos());
    AdminDoor door =
        new AdminDoor(parts.operators(), sessions, clocks.wall(), settings.tls().isOn());
    Audit audit = new Audit(parts.trail(), clocks.wall());
    AdminBodies bodies = new AdminBodies(http.bodyTimeout());
    LoginLimit limit = new LoginLimit(settings.loginsPerMinute(), clocks.nanos());
    List<Route> routes = new ArrayList<>();
    routes.add(new ConsolePage());
    routes.add(new AdminHealthRoute(() -> problems(parts)));
    routes.add(new SessionRoute(door, sessions, limit, audit, bodies));
    for (AdminAction action : actions(parts, audit, bodies, files, clocks)) {
      routes.add(new GuardedRoute(action, door, audit, bodies));
    }
    return routes;
  }

  private static List<AdminAction> actions(
      AdminParts parts, Audit audit, AdminBodies bodies, Scheduler files, Clocks clocks) {
    LiveUse use = new LiveUse(parts.gate());
    AgencyMetrics agencyMetrics =
        new AgencyMetrics(parts.agencies(), use, parts.suspensions(), parts.desk());
    List<AdminAction> actions = new ArrayList<>();
    actions.add(new AgenciesAction(parts.agencies(), use, parts.suspensions(), bodies));
    for (SuspensionAction.Verb verb : SuspensionAction.Verb.values()) {
      actions.add(new SuspensionAction(verb, parts.desk(), parts.agencies(), bodies));
    }
    actions.add(new ReloadAction(parts.agencies(), parts.operators(), audit, bodies, files));
    actions.add(new AuditAction(parts.trail(), bodies));
    actions.add(new AuditCheckAction(parts.trail(), bodies));
    actions.add(new AdminMetricsAction(parts.metrics(), agencyMetrics, bodies));
    actions.add(new SeriesAction(parts.series()));
    actions.add(new RequestsAction(parts.gate(), clocks.nanos()));
    actions.addAll(parts.more());
    return actions;
  }

  private static List<String> problems(AdminParts parts) {
    List<String> problems = new ArrayList<>();
    if (parts.suspensions().isAway()) {
      problems.add("database: away, so suspensions of other gateways are not seen");
    }
    if (parts.desk().waiting() > 0) {
      problems.add("suspensions: some are not in the database yet");
    }
    if (!parts.agencies().problems().isEmpty()) {
      problems.add("agencies.yaml: wrong, what was before holds on");
    }
    if (parts.operators().problem() != null) {
      problems.add("operators.yaml: wrong, what was before holds on");
    }
    return problems;
  }

  /** The address it is bound to. */
  public InetSocketAddress address() {
    return http.address();
  }

  @Override
  public void close() {
    http.stopAccepting();
    http.close();
    files.dispose();
  }
}
