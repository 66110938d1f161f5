package kz.qaqpa.cli.bench.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.load.FullAgency;
import kz.qaqpa.cli.bench.load.ProcessCounters;
import kz.qaqpa.cli.client.ChatJson;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.MetricsPage;
import kz.qaqpa.cli.process.TrialAgency;
import kz.qaqpa.fixture.EngineProviders;
import tools.jackson.databind.json.JsonMapper;

/** A gateway that has just started, with room for so many, and its client. */
final class ScaleGateway implements AutoCloseable {
  private static final int MAX_TOKENS = 1900;
  private static final int SPARE = 64;
  private static final int PROMPT_TOKENS = 8192;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

  private final TrialAgency agency = FullAgency.of("scale");
  private final Path folder;
  private final GatewayProcess gateway;
  private final Child client;

  /**
   * Starts both.
   *
   * @param folder for configuration, state, logs and requests; there
   * @param most streams or sockets at once
   * @param periodMicros from step to step
   */
  ScaleGateway(Path model, Path folder, int most, long periodMicros) throws IOException {
    this.folder = folder;
    Path config = Files.createDirectories(folder.resolve("config"));
    TrialAgency.write(config, List.of(agency));
    Path services = EngineProviders.announce(folder.resolve("services"), ClockProvider.class);
    Path flags =
        Files.writeString(
            folder.resolve("class-path"),
            "-cp \"" + services + ":" + System.getProperty("java.class.path") + "\"\n");
    gateway =
        GatewayProcess.start(
            new GatewayProcess.Setup(
                model,
                config,
                folder,
                environment(most, periodMicros),
                List.of("@" + flags),
                List.of(
                    "--engine",
                    ClockProvider.NAME,
                    "--allow-synthetic",
                    "--slots",
                    String.valueOf(most))));
    try {
      client =
          Child.start(
              "client", folder, Map.of(), ScaleClient.class.getName(), List.of(model.toString()));
      client.awaitLine("ready");
    } catch (IOException | RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /** Limits that are about many of one address and one application. The others are as shipped. */
  private static Map<String, String> environment(int most, long periodMicros) {
    String room = String.valueOf(most + SPARE);
    Map<String, String> environment = new HashMap<>();
    for (String name :
        List.of(
            "HTTP_MAX_CONNECTIONS",
            "HTTP_MAX_CONNECTIONS_PER_ADDRESS",
            "HTTP_TOKENIZE_QUEUE",
            "BATCHING_QUEUE_REQUESTS",
            "LABELS_ANSWERS",
            "WS_MAX_CONNECTIONS")) {
      environment.put("QAQPA_" + name, room);
    }
    // A step has a token of each; what is beside them lets the others begin.
    environment.put("QAQPA_BATCHING_STEP_TOKENS", String.valueOf(most + PROMPT_TOKENS));
    environment.put("QAQPA_WS_PING", "10m"); // What a client answers pings with is not measured.
    environment.put("QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", String.valueOf(periodMicros));
    return environment;
  }

  /** Opens streams and waits until each has its first event. */
  void openStreams(int count) throws IOException {
    String body =
        ChatJson.greedyRequest(
            ClockProvider.NAME,
            List.of(new ChatJson.Turn("user", "Қазақстанның астанасы қай қала?")),
            MAX_TOKENS);
    open("streams", count, BenchClient.request(port(), agency.key(), body));
  }

  /** Opens WebSockets and waits until each was upgraded. */
  void openSockets(int count) throws IOException {
    String head =
        "GET /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:"
            + port()
            + "\r\nAuthorization: Bearer "
            + agency.key()
            + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    open("sockets", count, head.getBytes(StandardCharsets.US_ASCII));
  }

  private void open(String what, int count, byte[] request) throws IOException {
    Path file = Files.write(folder.resolve("request"), request);
    client.tell(what + " " + port() + " " + count + " " + file);
    client.awaitLine("open");
  }

  private int port() {
    return gateway.api().getPort();
  }

  /** What the client sees for so long. */
  ScaleClient.Result measure(long millis) throws IOException {
    client.tell("measure " + millis);
    return JsonMapper.builder().build().readValue(client.awaitLine("{"), ScaleClient.Result.class);
  }

  /** Has the client close all, and waits until the gateway has nothing to do any more. */
  void closeAll() throws IOException, InterruptedException {
    client.tell("close");
    client.awaitLine("closed");
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (gateway.metrics().sum("vllm:num_requests_running") > 0) {
      if (System.nanoTime() - end > 0) {
        throw new IOException("streams run on " + PATIENCE + " after their clients left");
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  /** What the gateway counts. */
  MetricsPage metrics() throws IOException, InterruptedException {
    return gateway.metrics();
  }

  /** The gateway's process. */
  Child process() {
    return gateway.process();
  }

  /** Processor time of the gateway in seconds. */
  double cpuSeconds() throws IOException {
    return ProcessCounters.cpuSeconds(gateway.process().pid());
  }

  /** The same of the client. */
  double clientSeconds() throws IOException {
    return ProcessCounters.cpuSeconds(client.pid());
  }

  /** What it holds: resident, and heap and direct memory once its garbage is collected. */
  Memory memory() throws IOException, InterruptedException {
    double resident = gateway.process().memoryMib("VmRSS");
    gateway.collectGarbage();
    MetricsPage page = gateway.metrics();
    return new Memory(
        resident,
        gateway.process().memoryMib("VmHWM"),
        page.heapMib(),
        page.directMib(),
        gateway.process().openFiles());
  }

  /**
   * Memory of the process in MiB.
   *
   * @param residentMib before its garbage was collected
   * @param mostMib resident at most so far
   */
  record Memory(
      double residentMib, double mostMib, double heapMib, double directMib, long openFiles) {}

  @Override
  public void close() {
    client.close();
    gateway.close();
  }
}
