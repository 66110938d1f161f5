package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.cpu.graph.GraphCache;
import kz.qaqpa.engine.cpu.graph.GraphKey;
import kz.qaqpa.engine.cpu.graph.Precision;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.ModelDigest;

/** Opens Llama checkpoints on ONNX Runtime's CPU kernels. */
public final class CpuEngineProvider implements EngineProvider {

  /** For {@link java.util.ServiceLoader}. */
  public CpuEngineProvider() {}

  @Override
  public String name() {
    return "cpu";
  }

  /** Below every accelerator. */
  @Override
  public int preference() {
    return 10;
  }

  @Override
  public Availability availability() {
    String platform = OnnxRuntime.platform();
    return OnnxRuntime.present()
        ? new Availability(true, "ONNX Runtime on the CPU, " + platform)
        : new Availability(
            false, "not available: ONNX Runtime's jar has no libraries for " + platform);
  }

  @Override
  public Set<String> precisions() {
    return Precision.SETTINGS;
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    Machine machine = Machine.here();
    Path folder = settings.cacheFolder();
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Sizing sizing = Sizing.of(settings, checkpoint.config(), machine);
      OrtEnvironment environment = OnnxRuntime.load(folder);
      String digest = ModelDigest.of(model, folder);
      GraphKey key =
          GraphKey.of(
              digest,
              checkpoint.config(),
              sizing.precision(),
              environment.getVersion(),
              machine.processor());
      GraphCache graphs = new GraphCache(environment, folder.resolve("cpu-graphs"), progress);
      CpuEngine engine = open(graphs, key, checkpoint, sizing, environment);
      String description = "ONNX Runtime " + environment.getVersion() + ", " + sizing;
      return new LoadedEngine(engine, digest, description);
    } catch (IOException e) {
      throw new EngineFault.Fatal("engine.cacheFolder: " + folder + " (" + e + ")", e);
    } catch (OrtException e) {
      throw new EngineFault.Fatal("OrtEnvironment.createSession: " + e.getMessage(), e);
    }
  }

  /** A graph that the runtime refuses, though its files are whole, is made once more. */
  private static CpuEngine open(
      GraphCache graphs,
      GraphKey key,
      Checkpoint checkpoint,
      Sizing sizing,
      OrtEnvironment environment)
      throws IOException, OrtException {
    ModelSessions sessions;
    try (GraphCache.Entry graph = graphs.open(key, checkpoint)) {
      sessions = ModelSessions.open(environment, graph.models(), sizing.threads());
    } catch (OrtException refused) {
      graphs.discard(key);
      try (GraphCache.Entry graph = graphs.open(key, checkpoint)) {
        sessions = ModelSessions.open(environment, graph.models(), sizing.threads());
      }
    }
    try {
      return CpuEngine.open(environment, sessions, checkpoint.config(), sizing);
    } catch (RuntimeException | Error e) {
      sessions.close();
      throw e;
    }
  }
}
