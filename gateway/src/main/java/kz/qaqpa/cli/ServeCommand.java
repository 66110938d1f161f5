package kz.qaqpa.cli;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.identity.Identities;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.RegistrySettings;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.PageRoute;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.thread.Signals;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import org.slf4j.LoggerFactory;

/** {@code ./qaqpa serve}: loads a model and serves it until it is told to stop. */
public final class ServeCommand {
  private static final int STOPPED = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final int HUNG = 70;
  private static final Duration LAST_FLUSH = Duration.ofSeconds(5);

  private final ServeOptions options;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final long startNanos = System.nanoTime();

  private ServeCommand(
      ServeOptions options, Map<String, String> environment, PrintStream out, PrintStream err) {
    this.options = options;
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /**
   * Serves; returns only if it could not start, or was interrupted. SIGTERM and SIGINT end the
   * process with 0 after running answers had their time.
   *
   * @return exit code: 1 if it could not start, 2 for wrong options
   */
  public static int run(List<String> args) {
    return run(args, System.getenv(), System.out, System.err);
  }

  static int run(
      List<String> args, Map<String, String> environment, PrintStream out, PrintStream err) {
    ServeOptions options;
    try {
      options = ServeOptions.parse(args, Path.of(System.getProperty("qaqpa.root", ".")));
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.println(ServeOptions.USAGE);
      return MISUSED;
    }
    if (options.help()) {
      out.println(ServeOptions.USAGE);
      return STOPPED;
    }
    try {
      new ServeCommand(options, environment, out, err).serve();
      return STOPPED;
    } catch (ConfigException
        | ModelFileException
        | TokenizerFileException
        | EngineFault
        | DatabaseFailure
        | UncheckedIOException
        | IllegalArgumentException
        | IllegalStateException e) {
      err.println("qaqpa: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return STOPPED;
    }
  }

  private void serve() throws InterruptedException {
    Config config = ConfigLoader.load(options.config(), options.profile(), environment);
    ServeSettings settings = ServeSettings.of(config, options);
    settings.check();
    AdminPort.check(config);
    PageRoute page = new PageRoute(new HostNames(settings.server().hostNames()));
    IdentityFile issuers = IdentityFile.read(config);
    RegistrySettings registrySettings = config.bind("registry", RegistrySettings.class);
    if (registrySettings.localProfile()) {
      LocalOnly.check(settings, issuers);
    }
    Registry registry = Registry.open(config, registrySettings, issuers.names());
    DevelopmentKey key =
        DevelopmentKey.make(
            registry, ServerSettings.isLoopback(settings.server().host()), environment);
    EngineChoice choice =
        EngineChoice.find(settings.server().engine(), options.allowSynthetic())
            .requiring(settings.engine().precision());
    err.println(choice.reason());
    String id = choice.modelId(options.model());
    err.println("loading " + id + " from " + options.model());
    CompletableFuture<LoadedEngine> loading = load(choice, settings.engine());
    Start start =
        new Start(config, settings, registry, Identities.open(registry, issuers), page, key);
    RunningGateway running =
        start.whenLoaded(
            options.model(),
            id,
            loading,
            shape -> again(choice, settings.engine(), shape),
            err::println);
    // Before anybody is told that it serves.
    stopAtSignal(running, settings.server().drainTimeout());
    running.gateway().whenHung(() -> leave(running));
    new Announcement(
            id,
            choice.provider().name() + ": " + loading.join().description(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos),
            key)
        .print(out, running, settings);
    new CountDownLatch(1).await();
  }

  /** As many slots as the first one found room for, whatever memory is free by now. */
  private Engine again(EngineChoice choice, EngineSettings settings, EngineShape shape) {
    EngineSettings same =
        settings.sized(settings.precision(), shape.slots(), shape.slotLength(), settings.threads());
    return choice.provider().open(options.model(), same, err::println).engine();
  }

  /**
   * The engine hangs, or its loop is broken: no hook could end it. What was used is written down if
   * that can be done, and the supervisor is told by the exit code (EX_SOFTWARE of sysexits.h) to
   * start another process.
   */
  private void leave(RunningGateway running) {
    Thread flush = Thread.ofPlatform().daemon().name("last-flush").start(running.state()::close);
    try {
      flush.join(LAST_FLUSH);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    err.println(
        "qaqpa: the engine does not answer any more; what was used is written down, the process leaves");
    stopLogging(); // Nobody else writes what still waits to be written.
    Runtime.getRuntime().halt(HUNG);
  }

  private CompletableFuture<LoadedEngine> load(EngineChoice choice, EngineSettings settings) {
    CompletableFuture<LoadedEngine> loading = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("load-model")
        .daemon()
        .start(() -> {
          try {
            loading.complete(choice.provider().open(options.model(), settings, err::println));
          } catch (Throwable e) {
            loading.completeExceptionally(e);
          }
        });
    return loading;
  }

  /**
   * A signal is taken by a shutdown hook. It ends by halting with 0, since a JVM that is left to
   * end by itself after a signal reports the signal as a failure. A second signal ends the patience
   * with what still runs.
   */
  private void stopAtSignal(RunningGateway running, Duration drainTimeout) {
    Thread hook =
        Thread.ofPlatform()
            .name("shutdown")
            .unstarted(() -> {
              err.println(
                  "stopping: "
                      + running.gateway().gate().live()
                      + " running, up to "
                      + drainTimeout);
              Signals.handle("TERM", running.gateway()::hurry);
              Signals.handle("INT", running.gateway()::hurry);
              running.stop(drainTimeout);
              stopLogging();
              Runtime.getRuntime().halt(STOPPED);
            });
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private static void stopLogging() {
    if (LoggerFactory.getILoggerFactory() instanceof ch.qos.logback.classic.LoggerContext logs) {
      logs.stop();
    }
  }
}
