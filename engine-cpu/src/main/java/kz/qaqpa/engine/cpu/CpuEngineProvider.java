package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.cpu.graph.GraphCache;
import kz.qaqpa.engine.cpu.graph.GraphKey;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.ModelDigest;

/** Opens Llama checkpoints on ONNX Runtime's CPU kernels. */
public final class CpuEngineProvider implements EngineProvider {

  /** For {@link java.util.ServiceLoader}. */
  public CpuEngineProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Availability availability() {
    return new Availability(true, "ONNX Runtime on the CPU");
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Sizing sizing = Sizing.of(settings, checkpoint.config(), Machine.here());
      String digest = ModelDigest.of(model, settings.cacheFolder());
      return open(checkpoint, digest, sizing, settings.cacheFolder(), progress);
    }
  }

  private static LoadedEngine open(
      Checkpoint checkpoint,
      String digest,
      Sizing sizing,
      Path cacheFolder,
      Consumer<String> progress) {
    OrtEnvironment environment =
        OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    GraphCache graphs = new GraphCache(environment, cacheFolder.resolve("cpu-graphs"), progress);
    GraphKey key =
        new GraphKey(
            digest, sizing.precision(), environment.getVersion(), Machine.here().processor());
    try (GraphCache.Entry graph = graphs.open(key, checkpoint, sizing.precision())) {
      OrtSession session = session(environment, graph.model(), sizing.threads());
      CpuEngine engine = engine(environment, session, checkpoint.config(), sizing);
      return new LoadedEngine(engine, digest, description(environment, sizing));
    } catch (IOException e) {
      throw new EngineFault.Fatal("engine.cacheFolder: " + cacheFolder + ": " + e, e);
    } catch (OrtException e) {
      throw new EngineFault.Fatal("OrtEnvironment.createSession: " + e.getMessage(), e);
    }
  }

  private static OrtSession session(OrtEnvironment environment, Path graph, int threads)
      throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      return environment.createSession(graph.toString(), options);
    }
  }

  private static CpuEngine engine(
      OrtEnvironment environment, OrtSession session, LlamaConfig config, Sizing sizing) {
    boolean even = sizing.precision().evenRows();
    KvCache cache =
        new KvCache(
            config.layers(),
            sizing.slots() + (even ? 1 : 0),
            config.kvHeads(),
            sizing.slotLength() + 1,
            config.headDim());
    ForwardPass forward =
        new ForwardPass(
            environment, session, cache, config, CpuEngine.MOST_ROWS, CpuEngine.MOST_ROWS);
    EngineShape shape =
        new EngineShape(
            config.vocabulary(),
            sizing.slots(),
            sizing.slotLength(),
            Math.max(2048, sizing.slots()),
            CpuEngine.GRID,
            config.layers(),
            config.kvHeads(),
            config.headDim(),
            "f32");
    return new CpuEngine(shape, cache, forward, even);
  }

  private static String description(OrtEnvironment environment, Sizing sizing) {
    return "ONNX Runtime "
        + environment.getVersion()
        + ", "
        + sizing.precision().setting()
        + ", "
        + sizing.threads()
        + " threads, "
        + sizing.slots()
        + " slots of "
        + sizing.slotLength()
        + " tokens, KV cache up to "
        + Sizing.mebibytes(sizing.kvBytes());
  }
}
