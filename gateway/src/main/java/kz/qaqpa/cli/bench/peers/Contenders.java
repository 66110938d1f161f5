package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import kz.qaqpa.cli.bench.EngineLoop;
import kz.qaqpa.cli.bench.peers.PeersPlan.Pair;
import kz.qaqpa.cli.bench.peers.llama.Llama;
import kz.qaqpa.cli.bench.peers.llama.LlamaLoop;
import kz.qaqpa.cli.bench.peers.llama.LlamaServer;
import kz.qaqpa.cli.bench.peers.llama.NativeLlama;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.GatewayProcess;
import kz.qaqpa.cli.process.TrialAgency;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Starts both sides of a pair with as many threads, slots and tokens of a slot. One thread. */
final class Contenders {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final PeersPlan plan;
  private final Path model;
  private final TrialAgency agency = TrialAgency.of("peers", "concurrentStreams: 1000000");

  /**
   * For one model.
   *
   * @param model folder, without end tokens
   */
  Contenders(PeersPlan plan, Path model) {
    this.plan = plan;
    this.model = model;
  }

  /** We: the gateway where llama.cpp is a server, else the engine's loop. */
  Contender ours(Pair pair) throws IOException {
    return plan.llamaServer() == null ? loop(pair) : gateway(pair);
  }

  /** llama.cpp with this file. */
  Contender theirs(Path gguf) throws IOException, InterruptedException {
    Path program = plan.llamaServer();
    if (program == null) {
      return llamaLoop(gguf);
    }
    Llama.Setup setup =
        new Llama.Setup(plan.threads(), plan.mostStreams(), PeersPlan.LENGTH, false);
    LlamaServer server = LlamaServer.start(program, gguf, plan.folder(), setup);
    return new ServerContender(
        new ServerContender.Served(server.process(), server.port(), "none", server::close),
        Contenders::forLlama,
        plan.folder());
  }

  /** What the gateway calls the model. */
  String modelName() {
    return String.valueOf(model.getFileName());
  }

  /** llama.cpp's server finds end tokens by their names, and is told to go on. */
  private static String forLlama(String body) {
    ObjectNode adapted = (ObjectNode) JSON.readTree(body);
    return adapted.put("ignore_eos", true).put("cache_prompt", true).toString();
  }

  private Contender loop(Pair pair) throws IOException {
    List<String> args =
        List.of("--model", model.toString(), "--config", plan.root().resolve("config").toString());
    Child child =
        Child.start("loop", plan.folder(), engine(pair), EngineLoop.class.getName(), args);
    return new LoopContender(child, plan.folder(), false);
  }

  private Contender llamaLoop(Path gguf) throws IOException, InterruptedException {
    List<String> args =
        List.of(
            "--libraries",
            NativeLlama.install(plan.packages().resolve("llama")).toString(),
            "--gguf",
            gguf.toString(),
            "--model",
            model.toString(),
            "--threads",
            String.valueOf(plan.threads()),
            "--sequences",
            String.valueOf(plan.mostStreams()),
            "--length",
            String.valueOf(PeersPlan.LENGTH));
    Child child =
        Child.start("llama-loop", plan.folder(), Map.of(), LlamaLoop.class.getName(), args);
    return new LoopContender(child, plan.folder(), true);
  }

  /** The gateway, over HTTP. */
  Contender gateway(Pair pair) throws IOException {
    Path config = Files.createDirectories(plan.folder().resolve("config"));
    TrialAgency.write(config, List.of(agency));
    GatewayProcess gateway =
        GatewayProcess.start(
            new GatewayProcess.Setup(
                model, config, plan.folder(), engine(pair), List.of(), List.of()));
    return new ServerContender(
        new ServerContender.Served(
            gateway.process(), gateway.api().getPort(), agency.key(), gateway::close),
        UnaryOperator.identity(),
        plan.folder());
  }

  private Map<String, String> engine(Pair pair) {
    return Map.of(
        "QAQPA_ENGINE_PRECISION", pair.precision(),
        "QAQPA_ENGINE_SLOTS", String.valueOf(plan.mostStreams()),
        "QAQPA_ENGINE_SLOT_LENGTH", String.valueOf(PeersPlan.LENGTH),
        "QAQPA_ENGINE_THREADS", String.valueOf(plan.threads()));
  }
}
