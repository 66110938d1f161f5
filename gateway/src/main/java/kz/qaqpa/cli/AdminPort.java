package kz.qaqpa.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import kz.qaqpa.Gateway;
import kz.qaqpa.admin.AdminParts;
import kz.qaqpa.admin.AdminServer;
import kz.qaqpa.admin.AdminSettings;
import kz.qaqpa.admin.RegistryAgencies;
import kz.qaqpa.admin.console.LiveSeries;
import kz.qaqpa.admin.operator.DevelopmentOperator;
import kz.qaqpa.admin.operator.Operators;
import kz.qaqpa.admin.operator.OperatorsFile;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.FileWatch;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import org.jspecify.annotations.Nullable;

/** The port for operators, with those who may use it. */
final class AdminPort implements AutoCloseable {
  private static final String FILE = "operators.yaml";

  private final AdminServer server;
  private final Staff staff;
  private final LiveSeries series;

  private AdminPort(AdminServer server, Staff staff, LiveSeries series) {
    this.server = server;
    this.staff = staff;
    this.series = series;
  }

  /**
   * Looks at the file of operators, before a model is loaded.
   *
   * @throws ConfigException if it is wrong
   */
  static void check(Config config) {
    OperatorsFile _ = config.bindFile(FILE, OperatorsFile.class);
  }

  /**
   * Who may use it. Closed with the port, or by whoever does not open one.
   *
   * @param development an operator for as long as the file has none, or null
   * @param watch of the file, since before it was read; not begun yet
   */
  record Staff(Operators operators, @Nullable DevelopmentOperator development, FileWatch watch)
      implements AutoCloseable {

    /**
     * Reads the file; makes a key where there is nobody in it and nobody outside this machine can
     * reach the port.
     *
     * @param folder of the ledger
     * @throws ConfigException if the file is wrong
     */
    static Staff read(Config config, AdminSettings settings, Path folder) {
      AtomicReference<@Nullable Operators> made = new AtomicReference<>();
      FileWatch watch = new FileWatch(config.file(FILE), _ -> reload(made.get()));
      OperatorsFile first = config.bindFile(FILE, OperatorsFile.class);
      DevelopmentOperator development = null;
      if (first.operators().isEmpty() && ServerSettings.isLoopback(settings.host())) {
        try {
          development = DevelopmentOperator.make(folder);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      boolean shipped = watch.first().isAbsent();
      Operators operators =
          new Operators(
              () -> {
                // Taken away it is a mistake or a moment, not a wish to lock everybody out.
                if (!shipped && watch.now().isAbsent()) {
                  throw config.unreadable(FILE, "no such file (expected: it back)");
                }
                return config.bindFile(FILE, OperatorsFile.class);
              },
              development);
      made.set(operators);
      return new Staff(operators, development, watch);
    }

    private static void reload(@Nullable Operators operators) {
      if (operators == null) {
        return;
      }
      try {
        operators.reload();
      } catch (ConfigException e) {
        // Logged, and told by the port's health.
      }
    }

    /** Where the key lies that opens the port, or null if operators have their own. */
    @Nullable Path keyFile() {
      return development == null ? null : development.file();
    }

    @Override
    public void close() {
      watch.close();
      if (development != null) {
        development.close();
      }
    }
  }

  /**
   * Binds and serves.
   *
   * @param serverPort the serving port as it is set
   * @param more actions of others, such as reports
   * @throws reactor.netty.ChannelBindException if the port is taken
   */
  static AdminPort open(
      AdminSettings settings,
      int serverPort,
      HttpSettings http,
      Staff staff,
      Registry registry,
      GatewayState state,
      Gateway gateway,
      List<AdminAction> more) {
    AdminServer.Clocks clocks = AdminServer.Clocks.system();
    LiveSeries series =
        new LiveSeries(
            () -> LiveSeries.Reading.of(gateway.engine().stats()),
            gateway.metrics(),
            clocks.wall(),
            clocks.nanos());
    AdminServer server =
        AdminServer.start(
            settings,
            serverPort,
            http,
            new AdminParts(
                staff.operators(),
                new RegistryAgencies(registry),
                gateway.gate(),
                state.suspensions(),
                state.desk(),
                state.trail(),
                state.ledger(),
                gateway.metrics(),
                gateway.watch(),
                series,
                more),
            clocks);
    staff.watch().start();
    series.start();
    return new AdminPort(server, staff, series);
  }

  /** The address it is bound to. */
  InetSocketAddress address() {
    return server.address();
  }

  /** Who may use it. */
  Staff staff() {
    return staff;
  }

  @Override
  public void close() {
    server.close();
    series.close();
    staff.close();
  }
}
