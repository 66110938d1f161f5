package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import kz.qaqpa.cli.client.ChatClient;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.ThreadTimes;
import tools.jackson.databind.json.JsonMapper;

/** The two that are compared, each a process of its own: a gateway, and the engine alone. */
final class BenchSides implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String KEY = "QAQPA_DEV_KEY";

  private final Path folder;
  private final Map<String, String> environment;
  private final Child gateway;
  private final Child loop;
  private final int port;

  private BenchSides(
      Path folder, Map<String, String> environment, Child gateway, Child loop, int port) {
    this.folder = folder;
    this.environment = environment;
    this.gateway = gateway;
    this.loop = loop;
    this.port = port;
  }

  /**
   * Answers through the gateway.
   *
   * @param cpuMicros processor time of its process for each token
   * @param compilers part of that time that the just-in-time compilers took
   */
  record Served(BenchClient.Result client, double cpuMicros, double compilers) {}

  /** The same by the engine alone. */
  record Alone(EngineLoop.Result loop, double cpuMicros) {}

  /** From starting a gateway's process to its line {@code ready}; it is ended again. */
  static double millisUntilReady(Path folder, Path model, Path config) throws IOException {
    long started = System.nanoTime();
    try (Child gateway = startGateway(folder, environment(), model, config)) {
      gateway.awaitLine("ready ");
      return (System.nanoTime() - started) / 1e6;
    }
  }

  /** Starts both. */
  static BenchSides start(Path folder, Path model, Path config) throws IOException {
    Map<String, String> environment = environment();
    Child gateway = startGateway(folder, environment, model, config);
    try {
      Child loop =
          Child.start(
              "loop",
              folder,
              environment,
              EngineLoop.class.getName(),
              List.of("--model", model.toString(), "--config", config.toString()));
      try {
        int port = port(gateway.awaitLine("ready "));
        gateway.dropOutput();
        loop.awaitLine("ready");
        return new BenchSides(folder, environment, gateway, loop, port);
      } catch (IOException | RuntimeException e) {
        loop.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  private static Map<String, String> environment() {
    byte[] random = new byte[16];
    ThreadLocalRandom.current().nextBytes(random);
    return Map.of(KEY, "qpk_" + HexFormat.of().formatHex(random));
  }

  private static Child startGateway(
      Path folder, Map<String, String> environment, Path model, Path config) throws IOException {
    return Child.start(
        "server",
        folder,
        environment,
        "kz.qaqpa.Main",
        List.of(
            "serve",
            "--port",
            "0",
            "--state",
            folder.resolve("state").toString(),
            "--model",
            model.toString(),
            "--config",
            config.toString()));
  }

  static int port(String readyLine) {
    return Integer.parseInt(readyLine.strip().replaceFirst(".*:(\\d+)/?$", "$1"));
  }

  /** The gateway's process. */
  Child gateway() {
    return gateway;
  }

  /** The process of the engine alone. */
  Child loop() {
    return loop;
  }

  String servedModel() throws IOException, InterruptedException {
    try (ChatClient client =
        new ChatClient("http://127.0.0.1:" + port, environment.getOrDefault(KEY, ""))) {
      return client.firstModel();
    }
  }

  /**
   * Asks the gateway.
   *
   * @param bodies a file of requests
   */
  Served gateway(int streams, Path bodies) throws IOException {
    ThreadTimes threads = gateway.threadTimes();
    long before = gateway.cpu().toNanos();
    BenchClient.Result result =
        BenchClient.inProcess(
            folder,
            port,
            List.of(BenchClient.bearer(environment.getOrDefault(KEY, ""))),
            streams,
            bodies);
    double nanos = gateway.cpu().toNanos() - before;
    return new Served(
        result,
        nanos / result.outputTokens() / 1e3,
        gateway.threadTimes().since(threads).compilers());
  }

  /** Has the engine alone compute the same. */
  Alone loop(int streams, Path bodies) throws IOException {
    long before = loop.cpu().toNanos();
    loop.tell(streams + " " + bodies);
    EngineLoop.Result result = JSON.readValue(loop.awaitLine("{"), EngineLoop.Result.class);
    double nanos = loop.cpu().toNanos() - before;
    return new Alone(result, nanos / result.outputTokens() / 1e3);
  }

  @Override
  public void close() {
    loop.close();
    gateway.close();
  }
}
