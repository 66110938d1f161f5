package kz.qaqpa.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.Gateway;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.AgenciesFile;
import kz.qaqpa.admission.AgencyDirectory;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.CorsSettings;
import kz.qaqpa.http.HttpSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.http.TlsSettings;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.PageRoute;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.responses.ResponsesSettings;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.ws.WsSettings;
import org.slf4j.LoggerFactory;
import reactor.netty.ChannelBindException;

/** {@code ./qaqpa serve}: loads a model and serves it until it is told to stop. */
public final class ServeCommand {
  private static final int STOPPED = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

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
    Config config = ConfigLoader.load(options.config(), environment);
    Gateway.Settings settings =
        new Gateway.Settings(
            options.over(config.bind("server", ServerSettings.class)),
            config.bind("http", HttpSettings.class),
            config.bind("tls", TlsSettings.class),
            config.bind("cors", CorsSettings.class),
            config.bind("batching", BatchingSettings.class),
            config.bind("responses", ResponsesSettings.class),
            config.bind("ws", WsSettings.class));
    ServerSettings server = settings.server();
    // What is wrong is told before a model is loaded, which may take a minute.
    settings.tls().open();
    probe(server);
    EngineSettings engineSettings = options.over(config.bind("engine", EngineSettings.class));
    PageRoute page = new PageRoute(new HostNames(server.hostNames()));
    DevelopmentKey key =
        DevelopmentKey.make(
            AgencyDirectory.of(config.bindFile("agencies.yaml", AgenciesFile.class)),
            Gateway.isLoopback(server.host()),
            environment);
    EngineChoice choice = EngineChoice.find(server.engine());
    err.println(choice.reason());
    String id = ModelLoader.id(options.model());
    err.println("loading " + id + " from " + options.model());
    LoadedEngine loaded = choice.provider().open(options.model(), engineSettings, err::println);
    Gateway gateway = start(settings, loaded, id, key, page);
    stopAtSignal(gateway, server.drainTimeout()); // Before anybody is told that it serves.
    announce(gateway, settings.tls().isOn(), id, choice, loaded, key);
    new CountDownLatch(1).await();
  }

  private Gateway start(
      Gateway.Settings settings,
      LoadedEngine loaded,
      String id,
      DevelopmentKey key,
      PageRoute page) {
    ServedModel model;
    try {
      model = ModelLoader.load(options.model(), id, loaded.engine().shape(), err::println);
    } catch (RuntimeException e) {
      loaded.engine().close();
      throw e;
    }
    try {
      Ledger ledger = new NoLedger();
      AdmissionGate gate = new AdmissionGate(key.directory(), QuotaBook.system(), ledger);
      return Gateway.start(settings, loaded, model, gate, ledger, page::register);
    } catch (RuntimeException e) {
      if (isBindFailure(e)) {
        throw cannotListen(settings.server(), e);
      }
      throw e;
    }
  }

  /** Binds and lets go; whoever takes the port in between is noticed when it is bound for good. */
  private static void probe(ServerSettings server) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // As the server will: what lingers of its last run is no taker.
      socket.bind(new InetSocketAddress(server.host(), server.port()));
    } catch (IOException e) {
      throw cannotListen(server, e);
    }
  }

  private static IllegalStateException cannotListen(ServerSettings server, Exception cause) {
    return new IllegalStateException(
        "cannot listen on "
            + server.host()
            + ":"
            + server.port()
            + ": the port is taken or the address is not this machine's; choose another with"
            + " --port or --host",
        cause);
  }

  private static boolean isBindFailure(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ChannelBindException || t instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private void announce(
      Gateway gateway,
      boolean tls,
      String id,
      EngineChoice choice,
      LoadedEngine loaded,
      DevelopmentKey key) {
    String url = url(gateway.address(), tls);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    out.println("ready " + url);
    out.println(
        id
            + " on "
            + choice.provider().name()
            + ": "
            + loaded.description()
            + ", ready after "
            + millis
            + " ms");
    if (key.key() == null) {
      out.println("no development key: " + key.why());
    } else {
      out.println(
          "curl -N "
              + url
              + "/v1/chat/completions -H 'Authorization: Bearer "
              + key.key()
              + "' -H 'Content-Type: application/json' -d '{\"model\":\""
              + id
              + "\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":"
              + "\"Қазақстанның астанасы қай қала?\"}]}'");
    }
    out.flush();
  }

  private static String url(InetSocketAddress address, boolean tls) {
    String host = address.getAddress().getHostAddress();
    return (tls ? "https://" : "http://")
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + address.getPort();
  }

  /**
   * A signal is taken by a shutdown hook. It ends by halting with 0, since a JVM that is left to
   * end by itself after a signal reports the signal as a failure.
   */
  private void stopAtSignal(Gateway gateway, Duration drainTimeout) {
    Thread hook =
        Thread.ofPlatform()
            .name("shutdown")
            .unstarted(() -> {
              err.println("stopping: " + gateway.gate().live() + " running, up to " + drainTimeout);
              try {
                gateway.stop(drainTimeout);
              } catch (InterruptedException e) {
                gateway.close();
              }
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
