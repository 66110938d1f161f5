package kz.qaqpa.cli.bench.edge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.bench.edge.Variant.Server;
import kz.qaqpa.cli.bench.load.FullAgency;
import kz.qaqpa.cli.client.ChatJson;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.TrialAgency;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The gateway, both bare servers and the client, each a process, with the requests for them. */
final class EdgeServers implements AutoCloseable {
  private static final String UNSIGNED_MAIN = "kz.qaqpa.cli.bench.VoidSignatureMain";
  private static final String PATH = "/v1/chat/completions";

  private final Path folder;
  private final Path whileVoid;
  private final TrialAgency agency = FullAgency.of("edge");
  private final Map<Server, Child> servers = new EnumMap<>(Server.class);
  private final Map<Server, Integer> ports = new EnumMap<>(Server.class);
  private final Map<Mode, Recording> recordings = new EnumMap<>(Mode.class);
  private final Child client;

  /**
   * Starts them all, and records an answer of each kind.
   *
   * @param folder for configuration, logs and requests; there
   * @param events of a streamed answer; there are no more if the model has no more to say
   */
  @SuppressWarnings("ThisEscapedInObjectConstruction") // Closed where it is not made.
  EdgeServers(Path model, Path folder, int events) throws IOException {
    this.folder = folder;
    this.whileVoid = folder.resolve("signatures-are-void");
    try {
      gateway(model);
      record(Mode.EACH, events - 2, true); // Beside the tokens: who speaks, and the end.
      record(Mode.WHOLE, 1, false);
      bare(Server.REACTOR, BareReactorServer.class);
      bare(Server.NETTY, BareNettyServer.class);
      client = Child.start("client", folder, Map.of(), EdgeClient.class.getName(), List.of());
      client.awaitLine("ready");
    } catch (IOException | RuntimeException e) {
      servers.values().forEach(Child::close);
      throw e;
    }
  }

  private void gateway(Path model) throws IOException {
    Path config = Files.createDirectories(folder.resolve("config"));
    TrialAgency.write(config, List.of(agency));
    start(
        Server.GATEWAY,
        UNSIGNED_MAIN,
        Map.of(
            "QAQPA_ENGINE_SYNTHETIC_STEP_MICROS", "0",
            "QAQPA_ENGINE_SYNTHETIC_ROW_MICROS", "0",
            "QAQPA_ENGINE_SYNTHETIC_PROMPT_TOKEN_MICROS", "0"),
        List.of(
            whileVoid.toString(),
            "serve",
            "--port=0",
            "--admin-port=0",
            "--model=" + model,
            "--config=" + config,
            "--state=" + folder.resolve("state"),
            "--engine=synthetic",
            "--allow-synthetic",
            "--slots=256"));
  }

  private void bare(Server server, Class<?> main) throws IOException {
    start(
        server,
        main.getName(),
        Map.of(),
        List.of(file(Mode.EACH).toString(), file(Mode.WHOLE).toString()));
  }

  private void start(Server server, String main, Map<String, String> environment, List<String> args)
      throws IOException {
    List<String> words = args.stream().flatMap(arg -> List.of(arg.split("=", 2)).stream()).toList();
    Child child =
        Child.start(
            server.name().toLowerCase(java.util.Locale.ROOT), folder, environment, main, words);
    servers.put(server, child);
    String ready = child.awaitLine("ready ").strip();
    ports.put(server, Integer.valueOf(ready.replaceFirst("^.*[: ](\\d+)/?$", "$1")));
    child.dropOutput();
  }

  private void record(Mode mode, int maxTokens, boolean stream) throws IOException {
    Recording recording =
        Recording.of(port(Server.GATEWAY), Files.readAllBytes(request(mode, maxTokens, stream)));
    recordings.put(mode, recording);
    recording.write(file(mode));
    if (mode == Mode.EACH) {
      recordings.put(Mode.ONCE, recording);
      request(Mode.ONCE, maxTokens, true);
    }
  }

  private Path file(Mode mode) {
    return folder.resolve(mode + ".recording.json");
  }

  private Path request(Mode mode, int maxTokens, boolean stream) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    ObjectNode body =
        (ObjectNode)
            json.readTree(
                ChatJson.greedyRequest(
                    "synthetic",
                    List.of(new ChatJson.Turn("user", "Қазақстанның астанасы қай қала?")),
                    maxTokens));
    if (!stream) {
      body.remove("stream_options");
      body.put("stream", false);
    }
    byte[] plain = BenchClient.request(port(Server.GATEWAY), agency.key(), body.toString());
    String bytes = new String(plain, java.nio.charset.StandardCharsets.ISO_8859_1);
    return Files.write(
        folder.resolve(mode + ".request"),
        bytes
            .replaceFirst(PATH, PATH + java.util.regex.Matcher.quoteReplacement(mode.query()))
            .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
  }

  /** What bare servers send. */
  Recording recording(Mode mode) {
    return java.util.Objects.requireNonNull(recordings.get(mode));
  }

  /** Has the client ask one of them for so long. */
  EdgeClient.Result ask(Variant variant, int connections, long millis) throws IOException {
    if (variant.isVoid()) {
      Files.write(whileVoid, new byte[0]);
    } else {
      Files.deleteIfExists(whileVoid);
    }
    client.tell(
        port(variant.server())
            + " "
            + connections
            + " "
            + millis
            + " "
            + folder.resolve(variant.mode() + ".request"));
    return JsonMapper.builder().build().readValue(client.awaitLine("{"), EdgeClient.Result.class);
  }

  private int port(Server server) {
    return java.util.Objects.requireNonNull(ports.get(server));
  }

  /** The process of a server. */
  Child server(Server server) {
    return java.util.Objects.requireNonNull(servers.get(server));
  }

  /** Number of the client's process. */
  long clientPid() {
    return client.pid();
  }

  @Override
  public void close() {
    client.close();
    servers.values().forEach(Child::close);
    try {
      Files.deleteIfExists(whileVoid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
