package kz.qaqpa.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import kz.qaqpa.Gateway;
import kz.qaqpa.admin.AdminSettings;
import kz.qaqpa.admin.action.UsageAction;
import kz.qaqpa.admin.audit.Audit;
import kz.qaqpa.admin.label.LabelsAction;
import kz.qaqpa.admin.playground.Playground;
import kz.qaqpa.admin.playground.PlaygroundActions;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.AdminBodies;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Identification;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.config.Config;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.labels.LabelLookup;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.PageRoute;
import kz.qaqpa.ledger.LedgerStats;

/**
 * From settings to a gateway that serves, while a model is being loaded. Whatever fails, what was
 * opened is closed.
 *
 * @param registry who there is
 * @param identification who asks; closed with the gateway
 * @param page the page for people
 * @param key the development key
 */
record Start(
    Config config,
    ServeSettings settings,
    Registry registry,
    Identification identification,
    PageRoute page,
    DevelopmentKey key) {

  /**
   * Opens what outlives requests, waits for the model, and serves.
   *
   * @param folder of the model
   * @param id of the model
   * @param again opens an engine of this shape once more
   * @throws RuntimeException if anything cannot be opened; its message says what
   */
  RunningGateway whenLoaded(
      Path folder,
      String id,
      CompletableFuture<LoadedEngine> loading,
      Function<EngineShape, Engine> again,
      Consumer<String> progress)
      throws InterruptedException {
    GatewayState state;
    try {
      state = GatewayState.open(config, settings);
    } catch (RuntimeException e) {
      letGo(loading);
      throw e;
    }
    AdminPort.Staff staff;
    try {
      // Only now is the folder known to be no other gateway's, whose key would be replaced.
      staff = AdminPort.Staff.read(config, settings.admin(), settings.ledger().folder());
    } catch (RuntimeException e) {
      state.close();
      letGo(loading);
      throw e;
    }
    try {
      return serving(folder, id, loading, again, progress, state, staff);
    } catch (RuntimeException | InterruptedException e) {
      staff.close();
      state.close();
      throw e;
    }
  }

  private static void letGo(CompletableFuture<LoadedEngine> loading) {
    CompletableFuture<Void> _ = loading.thenAccept(loaded -> loaded.engine().close());
  }

  private RunningGateway serving(
      Path folder,
      String id,
      CompletableFuture<LoadedEngine> loading,
      Function<EngineShape, Engine> again,
      Consumer<String> progress,
      GatewayState state,
      AdminPort.Staff staff)
      throws InterruptedException {
    ServedModel model;
    LoadedEngine loaded;
    try {
      loaded = await(loading);
      model = ModelLoader.load(folder, id, loaded.engine().shape(), progress);
    } catch (RuntimeException | InterruptedException e) {
      letGo(loading);
      throw e;
    }
    AdmissionGate gate =
        new AdmissionGate(identification, state.quotas(), state.ledger(), state.suspensions());
    state.suspensions().revokeAt(gate);
    EngineShape shape = loaded.engine().shape();
    Gateway.Engines engines = new Gateway.Engines(loaded, () -> again.apply(shape));
    Gateway gateway =
        settings
            .clientPort()
            .bind(() ->
                Gateway.start(
                    settings.gateway(),
                    engines,
                    model,
                    gate,
                    state.labelling(),
                    state.books(),
                    page::register));
    try {
      gateway.metrics().watch(state.ledgers()::stats);
      state.guard(gateway.guards());
      gateway.readiness().notice(() -> away(state.ledgers().stats()));
      return new RunningGateway(gateway, admin(staff, state, gateway, id), state);
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  private static List<String> away(LedgerStats ledger) {
    return ledger.database() == LedgerStats.DatabaseState.CLOSED
        ? List.of()
        : List.of(
            "ledger: the database takes no records; "
                + ledger.spooled().records()
                + " wait on disk");
  }

  private AdminPort admin(
      AdminPort.Staff staff, GatewayState state, Gateway gateway, String model) {
    List<AdminAction> actions = new ArrayList<>();
    actions.add(new UsageAction(gateway.reports()));
    actions.add(new LabelsAction(new LabelLookup(state.books().labels()), InstantSource.system()));
    actions.addAll(
        PlaygroundActions.of(
            playground(gateway, model),
            gateway.gate(),
            new Audit(state.trail(), InstantSource.system()),
            new AdminBodies(settings.gateway().http().bodyTimeout())));
    return settings
        .adminPort()
        .bind(() ->
            AdminPort.open(
                settings.admin(),
                settings.server().port(),
                settings.gateway().http(),
                staff,
                registry,
                state,
                gateway,
                actions));
  }

  private Playground playground(Gateway gateway, String model) {
    AdminSettings admin = settings.admin();
    return new Playground(
        gateway.shared().sockets(),
        new HostNames(admin.hostNames()),
        model,
        ServerSettings.isLoopback(admin.host()) ? key.key() : null,
        gateway.shared().verifying());
  }

  private static LoadedEngine await(CompletableFuture<LoadedEngine> loading)
      throws InterruptedException {
    try {
      return loading.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}
