package kz.qaqpa.cli;

import kz.qaqpa.Gateway;
import kz.qaqpa.admin.AdminSettings;
import kz.qaqpa.admission.quota.redis.QuotaSettings;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.config.Config;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.health.WatchdogSettings;
import kz.qaqpa.http.CorsSettings;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.label.LabelSettings;
import kz.qaqpa.label.key.LabelKeys;
import kz.qaqpa.ledger.LedgerSettings;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.responses.ResponsesSettings;
import kz.qaqpa.trace.TracingSettings;
import kz.qaqpa.ws.WsSettings;

/**
 * All that {@code ./qaqpa serve} is told.
 *
 * @param gateway sections of the gateway itself
 * @param admin section {@code admin}
 * @param ledger section {@code ledger}
 * @param quota section {@code quota}
 * @param labels section {@code labels}
 * @param engine section {@code engine}
 */
record ServeSettings(
    Gateway.Settings gateway,
    AdminSettings admin,
    LedgerSettings ledger,
    QuotaSettings quota,
    LabelSettings labels,
    EngineSettings engine) {

  /** Files and environment, with options over them. */
  static ServeSettings of(Config config, ServeOptions options) {
    return new ServeSettings(
        new Gateway.Settings(
            options.over(config.bind("server", ServerSettings.class)),
            config.bind("http", HttpSettings.class),
            config.bind("tls", TlsSettings.class),
            config.bind("cors", CorsSettings.class),
            config.bind("batching", BatchingSettings.class),
            config.bind("responses", ResponsesSettings.class),
            config.bind("ws", WsSettings.class),
            config.bind("reports", ReportSettings.class),
            config.bind("tracing", TracingSettings.class),
            config.bind("watchdog", WatchdogSettings.class)),
        options.over(config.bind("admin", AdminSettings.class)),
        options.over(config.bind("ledger", LedgerSettings.class)),
        config.bind("quota", QuotaSettings.class),
        config.bind("labels", LabelSettings.class),
        options.over(config.bind("engine", EngineSettings.class)));
  }

  ServerSettings server() {
    return gateway.server();
  }

  /** Where clients come in. */
  Ports clientPort() {
    return new Ports(server().host(), server().port(), "--port or --host");
  }

  /** Where operators come in. */
  Ports adminPort() {
    return new Ports(admin.host(), admin.portBeside(server().port()), "--admin-port");
  }

  /**
   * Looks at what can be wrong before a model is loaded, which may take a minute.
   *
   * @throws IllegalArgumentException if a file of TLS cannot be used, or a key of labels is not
   *     named though others can reach the server
   * @throws IllegalStateException if a port is taken
   */
  void check() {
    LabelKeys.requireNamed(labels, server().host(), ServerSettings.isLoopback(server().host()));
    gateway.tls().check("tls");
    admin.tls().check("admin.tls");
    clientPort().probe();
    adminPort().probe();
  }
}
